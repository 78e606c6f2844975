//! A line for each running provider, on a terminal.

use std::collections::BTreeMap;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use super::schedule::Watch;
use crate::fault::InjectError;

/// The lines; where standard error is no terminal nothing is drawn.
#[derive(Default)]
pub(super) struct Bars {
    all: MultiProgress,
    running: BTreeMap<usize, ProgressBar>,
}

impl Watch for Bars {
    fn began(&mut self, at: usize, provider: &str) {
        let bar = self.all.add(ProgressBar::new_spinner());
        // The template is a constant and well formed; without it the default look is as good.
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {elapsed}") {
            bar.set_style(style);
        }
        bar.set_message(provider.to_owned());
        bar.enable_steady_tick(Duration::from_millis(100));
        self.running.insert(at, bar);
    }

    fn ended(&mut self, at: usize, error: Option<&InjectError>) {
        let Some(bar) = self.running.remove(&at) else { return };
        match error {
            None => bar.finish_and_clear(),
            Some(error) => bar.abandon_with_message(error.to_string()),
        }
    }
}
