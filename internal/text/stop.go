package text

import "strings"

// stopWords are the words, as terms, that say nothing about a subject.
var stopWords = map[string]map[string]bool{
	"en": words("a an and are as at be but by for from had has have he her his i if in into is it its no not of on or our s she so such t that the their them then there these they this to was we were what when which who will with you your"),
	"de": words("aber als am an auch auf aus bei bin bis da das dass dem den der des die dies diese dieser du durch ein eine einem einen einer eines er es fur hat hatte ich ihr ihre im in ist ja kein keine mit nach nicht noch nur oder ohne sich sie sind so uber um und uns unser von vor war was wenn wer wie wir wird zu zum zur"),
	"fr": words("a au aux avec c ce ces d dans de des du elle en est et eux il ils j je l la le les leur lui m ma mais me mes n ne nos notre nous on ou par pas pour qu que qui s sa se ses son sur t ta te tes toi ton tu un une vos votre vous y"),
	"es": words("a al con como cuando de del desde donde e el ella en entre es esta este hay la las le les lo los mas me mi muy no nos o para pero por que se si sin sobre son su sus te tu un una uno unos y ya"),
	"it": words("a ai al alla alle anche che chi ci come con da dal del della delle di e ed gli i il in io la le lo ma mi ne nei nel no non o per se si sono su tra un una uno"),
	"nl": words("aan als bij dan dat de der die dit door een en er het hij ik in is je maar met naar niet of om onder ook op te tot uit van voor was wat wij zij zijn"),
}

func words(list string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(list) {
		set[w] = true
	}
	return set
}

// IsStop reports whether term is a stop word of any of langs.
func IsStop(term string, langs []string) bool {
	for _, l := range langs {
		if stopWords[primary(l)][term] {
			return true
		}
	}
	return false
}
