package generate

// What follows was measured of Tate's works (data of October 2014, of which 41,693 works were read) and their
// subjects, a tree of 16,632 concepts on three levels. TestRealStatistics measures it again where the data is at
// hand and fails where a figure is not that of the data.
const (
	tateWorks    = 41_693
	tateWords    = 19_142 // different ones in titles and descriptions
	tateConcepts = 16_632
	tateTops     = 16
	tateMiddles  = 161 // concepts of the second level
	heaps        = .57 // the number of different words grows with this power of that of all words (H. S. Heaps, 1978)

	// Of two concepts of a work, how often both are below the same concept of the second and of the first level;
	// by chance it would be 0.029 and 0.144.
	sameMiddle = .052
	sameTop    = .237

	labelInText = .106 // of the concepts of a work, those whose label stands in its title or description
	homonyms    = .049 // of the concepts, those that share their label with another one
)

// tagsPerWork is the share of works with 0, 1, 2, ... concepts.
var tagsPerWork = []float64{.1524, .0534, .0988, .1023, .1, .095, .0861, .0736, .0574, .0422, .032, .023, .0177, .0144, .0113, .0094, .0069,
	.0049, .0042, .0036, .0024, .0018, .0012, .0015, .0008, .0007, .0004, .0004, .0004, .0001, .0003}

// titleWords and descriptionWords are the shares of works with 0, 1, 2, ... words in the title, and in what the work
// is made of, which stands for a description.
var (
	titleWords = []float64{0, .175, .148, .18, .105, .081, .064, .05, .039, .031, .026, .021, .015, .013, .011, .008, .006, .006, .004, .003,
		.002, .002, .002, .002, .001, .001, .001, .001}
	descriptionWords = []float64{.093, .009, .009, .536, .075, .139, .07, .028, .015, .01, .006, .004, .002, .001, .001, .001, .001}
)

// labelWords is the share of concepts whose label has 0, 1, 2, ... words.
var labelWords = []float64{0, .312, .27, .197, .085, .049, .03, .02, .015}

// wordShares is how the frequency of words falls.
var wordShares = curve{{1, .108}, {2, .0918}, {5, .0382}, {10, .0117}, {20, .00636}, {50, .0021}, {100, .00096}, {200, .0004}, {500, .00014},
	{1000, .000063}, {2000, .00003}, {5000, .0000082}, {19142, .0000022}}

// conceptShares is how the frequency of concepts falls, all of them of the third level.
var conceptShares = curve{{1, .02715}, {2, .02324}, {5, .02218}, {10, .01481}, {20, .00777}, {50, .00285}, {100, .00154}, {200, .00066}, {500, .00023},
	{1000, .0001}, {2000, .000042}, {5000, .0000093}, {16455, .0000037}}

// topFanOut is how many concepts are directly below each of the first level, middleFanOut below those of the second.
var (
	topFanOut    = []int{21, 18, 16, 14, 14, 14, 12, 12, 11, 7, 6, 5, 5, 3, 2, 1}
	middleFanOut = curve{{1, 2672}, {2, 2390}, {3, 1595}, {4, 717}, {5, 687}, {6, 442}, {10, 272}, {20, 123}, {40, 62}, {80, 30}, {120, 14}, {141, 10}, {155, 4}, {161, 1}}
)
