//! Costs against sizes as a picture: both axes in powers of ten, so that a straight line of slope one is a cost in
//! proportion to the size.
//!
//! Invariant: every point lies in the picture.

use std::fmt::Write;

/// What one shape costs: nodes and milliseconds.
pub struct Line {
    pub name: &'static str,
    pub points: Vec<(f64, f64)>,
}

const COLOURS: [&str; 5] = ["#1b6ca8", "#c8553d", "#3a7d44", "#8e4585", "#7a6a00"];
/// Pixels of a power of ten.
const TEN: f64 = 120.0;
const MARGIN: f64 = 60.0;
/// The powers of ten shown: of nodes, and of milliseconds.
const NODES: std::ops::RangeInclusive<i32> = 1..=4;
const COSTS: std::ops::RangeInclusive<i32> = -2..=4;

/// The picture.
pub fn svg(lines: &[Line]) -> String {
    let (width, height) = (x(10f64.powi(*NODES.end())) + 330.0, y(10f64.powi(*COSTS.start())) + MARGIN);
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
         font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n"
    );
    for power in NODES {
        let at = x(10f64.powi(power));
        stroke(&mut text, [(at, y(1e4)), (at, y(1e-2))], "#ddd");
        label(&mut text, at - 14.0, y(1e-2) + 18.0, &format!("{:.0}", 10f64.powi(power)));
    }
    for power in COSTS {
        let at = y(10f64.powi(power));
        stroke(&mut text, [(x(10.0), at), (x(1e4), at)], "#ddd");
        label(&mut text, 4.0, at + 4.0, &format!("{} ms", 10f64.powi(power)));
    }
    label(&mut text, x(300.0), y(1e-2) + 36.0, "nodes");
    for (index, line) in lines.iter().enumerate() {
        let colour = COLOURS[index % COLOURS.len()];
        stroke(&mut text, line.points.iter().map(|(nodes, cost)| (x(*nodes), y(*cost))), colour);
        let at = y(1e4) + 20.0 * (index as f64 + 1.0);
        stroke(&mut text, [(x(1e4) + 20.0, at - 4.0), (x(1e4) + 40.0, at - 4.0)], colour);
        label(&mut text, x(1e4) + 46.0, at, line.name);
    }
    text + "</svg>\n"
}

fn x(nodes: f64) -> f64 {
    MARGIN + TEN * (nodes.max(1.0).log10() - f64::from(*NODES.start()))
}

fn y(cost: f64) -> f64 {
    MARGIN / 2.0 + TEN / 2.0 * (f64::from(*COSTS.end()) - cost.clamp(1e-2, 1e4).log10())
}

fn stroke(text: &mut String, points: impl IntoIterator<Item = (f64, f64)>, colour: &str) {
    let points: Vec<String> = points.into_iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
    let points = points.join(" ");
    let _ = writeln!(
        text,
        "<polyline points=\"{points}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.5\"/>"
    );
}

fn label(text: &mut String, x: f64, y: f64, words: &str) {
    let _ = writeln!(text, "<text x=\"{x:.1}\" y=\"{y:.1}\">{words}</text>");
}
