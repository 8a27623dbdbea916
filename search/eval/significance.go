package eval

import (
	"math"
	"math/rand/v2"
)

// rounds of Randomization: p-values are right to about 0.002 near 0.05.
const rounds = 10_000

// Randomization gives for each metric how likely a mean change as large as that of changes, one for each query, is
// by chance, if it were chance alone which of the two sides of a query is which: the two-sided paired randomization
// test with 10,000 rounds of swapped sides (M. Smucker, J. Allan and B. Carterette, A Comparison of Statistical
// Significance Tests for Information Retrieval Evaluation, CIKM 2007). The swaps are the same in each call, so the
// same changes give the same value. Without any change it is 1.
func Randomization(changes []Metrics) Metrics {
	var total Metrics
	for _, c := range changes {
		total.add(c)
	}
	random := rand.New(rand.NewPCG(2007, uint64(len(changes))))
	var asLarge Metrics
	for range rounds {
		swapped := swap(changes, random)
		more, observed := swapped.fields(), total.fields()
		for i, f := range asLarge.fields() {
			if math.Abs(*more[i].value) >= math.Abs(*observed[i].value)-1e-12 {
				*f.value++
			}
		}
	}
	for _, f := range asLarge.fields() {
		*f.value = (*f.value + 1) / (rounds + 1)
	}
	return asLarge
}

// swap sums the changes, each with its sign turned or not.
func swap(changes []Metrics, random *rand.Rand) (sum Metrics) {
	var bits uint64
	for i := range changes {
		if i%64 == 0 {
			bits = random.Uint64()
		}
		if bits&1 == 0 {
			sum.add(changes[i])
		} else {
			sum.subtract(changes[i])
		}
		bits >>= 1
	}
	return sum
}
