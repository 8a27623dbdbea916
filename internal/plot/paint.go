package plot

import "fmt"

// paint is a colour: in light as an attribute, in the dark by its class, as a page tells.
type paint struct{ class, light, dark string }

var (
	paper = paint{"paper", "#ffffff", "#14181d"}
	ink   = paint{"ink", "#1b2430", "#eef1f4"}
	soft  = paint{"soft", "#5b6673", "#a3adb8"}
	axis  = paint{"axis", "#9aa4af", "#6d7884"}
	gridl = paint{"grid", "#e6e9ed", "#2a313a"}
	other = paint{"other", "#aab3bd", "#68737f"}
	pale  = paint{"pale", "#e3e7eb", "#333b45"}
	shade = paint{"shade", "#fdf3d7", "#33301f"}
)

// strong are colours of lines, bars and points, those of Okabe and Ito, which people with any kind of colour vision tell apart.
var strong = []paint{
	{"c0", "#0072b2", "#4aa8e0"}, {"c1", "#e69f00", "#f0b429"}, {"c2", "#009e73", "#2fc49a"},
	{"c3", "#cc79a7", "#e09ac2"}, {"c4", "#d55e00", "#f4814a"}, {"c5", "#56b4e9", "#9ad4f5"},
}

// faint are the same as grounds that ink is read on.
var faint = []paint{
	{"t0", "#d3e6f4", "#1c415d"}, {"t1", "#fae6bd", "#503c10"}, {"t2", "#c9ebdf", "#114636"},
	{"t3", "#f3dce8", "#5a3349"}, {"t4", "#f9dfcc", "#5f3018"}, {"t5", "#dff0fb", "#1c3f4d"},
}

// heat goes from little to much. Its first steps bear ink, those from heatTurn on the opposite.
var heat = []paint{
	{"h0", "#eef5fb", "#1a2530"}, {"h1", "#d9e8f5", "#1c3346"}, {"h2", "#bcd7ed", "#1e425c"}, {"h3", "#97c1e2", "#205475"},
	{"h4", "#6ca7d4", "#24698f"}, {"h5", "#3379b3", "#3a86ae"}, {"h6", "#1d62a0", "#66a9cb"}, {"h7", "#0d4d86", "#9ccbe2"}, {"h8", "#083463", "#d3ebf6"},
}

const heatTurn = 5

var onHeat = paint{"onheat", "#ffffff", "#0c1116"}

func filled(p paint) string  { return fmt.Sprintf(`class="f-%s" fill="%s"`, p.class, p.light) }
func stroked(p paint) string { return fmt.Sprintf(`class="s-%s" stroke="%s"`, p.class, p.light) }

func filledAndStroked(fill, stroke paint) string {
	return fmt.Sprintf(`class="f-%s s-%s" fill="%s" stroke="%s"`, fill.class, stroke.class, fill.light, stroke.light)
}

// paints are all colours there are.
func paints() []paint {
	all := []paint{paper, ink, soft, axis, gridl, other, pale, shade, onHeat}
	return append(append(append(all, strong...), faint...), heat...)
}
