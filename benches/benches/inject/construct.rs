//! How long it takes until several dependencies are there, each of which mostly waits.

use std::thread::sleep;
use std::time::{Duration, Instant};

use benches::{Bars, Section, Table};
use dyno::__private::AnySite;
use dyno::inject;

use crate::serial;

/// As long as opening a connection takes.
pub(crate) const WAIT: Duration = Duration::from_millis(50);

/// The n-th of many.
struct Part<const N: usize>;

fn part<const N: usize>() -> Part<N> {
    sleep(WAIT);
    Part
}

/// Begins a chain; every other one is short.
struct First<const N: usize>;

fn first<const N: usize>() -> First<N> {
    sleep(Duration::from_millis(if N % 2 == 0 { 20 } else { 100 }));
    First
}

/// Ends a chain: 120 ms in all.
struct Second<const N: usize>;

fn end<const N: usize>(_: &First<N>) -> Second<N> {
    sleep(Duration::from_millis(if N % 2 == 0 { 100 } else { 20 }));
    Second
}

#[inject(first = first::<0>)]
fn second_0(first: &First<0>) -> Second<0> {
    end(first)
}

#[inject(first = first::<1>)]
fn second_1(first: &First<1>) -> Second<1> {
    end(first)
}

#[inject(first = first::<2>)]
fn second_2(first: &First<2>) -> Second<2> {
    end(first)
}

#[inject(first = first::<3>)]
fn second_3(first: &First<3>) -> Second<3> {
    end(first)
}

#[inject(
    a = part::<0>, b = part::<1>, c = part::<2>, d = part::<3>,
    e = part::<4>, f = part::<5>, g = part::<6>, h = part::<7>
)]
#[expect(clippy::many_single_char_names, reason = "they are eight of a kind")]
fn needs_eight(
    a: &Part<0>,
    b: &Part<1>,
    c: &Part<2>,
    d: &Part<3>,
    e: &Part<4>,
    f: &Part<5>,
    g: &Part<6>,
    h: &Part<7>,
) {
    let _ = (a, b, c, d, e, f, g, h);
}

#[inject(a = second_0, b = second_1, c = second_2, d = second_3)]
fn needs_chains(a: &Second<0>, b: &Second<1>, c: &Second<2>, d: &Second<3>) {
    let _ = (a, b, c, d);
}

macro_rules! parts {
    ($($n:literal)*) => {
        dyno::sites![$(Part<$n> = part::<$n>),*]
    };
}

type Sites = Vec<&'static dyn AnySite>;

fn chains() -> Sites {
    dyno::sites![
        First<0> = first::<0>, First<1> = first::<1>, First<2> = first::<2>, First<3> = first::<3>,
        Second<0> = second_0, Second<1> = second_1, Second<2> = second_2, Second<3> = second_3
    ]
    .to_vec()
}

#[rustfmt::skip]
fn many() -> Sites {
    let rows: [&[&'static dyn AnySite]; 16] = [
        parts!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15),
        parts!(16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31),
        parts!(32 33 34 35 36 37 38 39 40 41 42 43 44 45 46 47),
        parts!(48 49 50 51 52 53 54 55 56 57 58 59 60 61 62 63),
        parts!(64 65 66 67 68 69 70 71 72 73 74 75 76 77 78 79),
        parts!(80 81 82 83 84 85 86 87 88 89 90 91 92 93 94 95),
        parts!(96 97 98 99 100 101 102 103 104 105 106 107 108 109 110 111),
        parts!(112 113 114 115 116 117 118 119 120 121 122 123 124 125 126 127),
        parts!(128 129 130 131 132 133 134 135 136 137 138 139 140 141 142 143),
        parts!(144 145 146 147 148 149 150 151 152 153 154 155 156 157 158 159),
        parts!(160 161 162 163 164 165 166 167 168 169 170 171 172 173 174 175),
        parts!(176 177 178 179 180 181 182 183 184 185 186 187 188 189 190 191),
        parts!(192 193 194 195 196 197 198 199 200 201 202 203 204 205 206 207),
        parts!(208 209 210 211 212 213 214 215 216 217 218 219 220 221 222 223),
        parts!(224 225 226 227 228 229 230 231 232 233 234 235 236 237 238 239),
        parts!(240 241 242 243 244 245 246 247 248 249 250 251 252 253 254 255),
    ];
    rows.concat()
}

fn eight() -> Sites {
    parts!(0 1 2 3 4 5 6 7).to_vec()
}

pub(crate) fn run(section: &mut Section, bars: &mut Bars) {
    section.heading(
        "Until eight dependencies are there",
        "Eight providers that wait for 50 ms each, and nothing is built yet: wall time in \
         milliseconds of ten runs. The peers by their own means.",
    );
    let mut table = Table::new(&["way", "min", "median"]);
    let mut row = |name: &str, run: &mut dyn FnMut()| {
        let (min, median) = wall(run);
        table.row(&[name.to_owned(), format!("{min:.1}"), format!("{median:.1}")]);
        median
    };
    let warm = row("dyno: `warm_up().run()`", &mut || anew(|| warm_up(&eight())));
    let lazy = row("dyno: first call", &mut || anew(needs_eight));
    serial::rows(&mut row);
    section.add(&table);

    section
        .heading("Until many are there", "The same for more of them, and where some need others.");
    let mut table = Table::new(&["way", "min", "median"]);
    let mut row = |name: &str, run: &mut dyn FnMut()| {
        let (min, median) = wall(run);
        table.row(&[name.to_owned(), format!("{min:.1}"), format!("{median:.1}")]);
        median
    };
    let many = row("256 of 50 ms: `warm_up().run()`", &mut || anew(|| warm_up(&many())));
    let four = "four chains, 20 + 100 and 100 + 20 ms";
    let chained = row(&format!("{four}: `warm_up().run()`"), &mut || anew(|| warm_up(&chains())));
    let called = row(&format!("{four}: first call"), &mut || anew(needs_chains));
    section.add(&table);

    bars.at_most("eight of 50 ms by `warm_up`", 60.0, warm, "ms");
    bars.at_most("eight of 50 ms by the first call", 60.0, lazy, "ms");
    bars.at_most("256 of 50 ms by `warm_up`", 100.0, many, "ms");
    bars.at_most(&format!("{four}, by `warm_up`"), 132.0, chained, "ms");
    bars.at_most(&format!("{four}, by the first call"), 132.0, called, "ms");
}

fn warm_up(sites: &[&'static dyn AnySite]) {
    let report = dyno::warm_up_sites(sites).run().expect("nothing fails");
    assert_eq!(report.built().len(), sites.len(), "{report}");
}

/// Nothing that was built before is seen by `run`.
fn anew(run: impl FnOnce()) {
    let world = inject::isolated();
    run();
    drop(world);
}

/// Fastest and median of ten runs, in milliseconds.
fn wall(run: &mut dyn FnMut()) -> (f64, f64) {
    let mut times: Vec<f64> = (0..10)
        .map(|_| {
            let begun = Instant::now();
            run();
            begun.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    times.sort_by(f64::total_cmp);
    (times[0], times[times.len() / 2])
}
