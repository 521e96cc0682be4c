//! Reads figures out of the text of the metrics, so that whoever shows them shows what `/metrics` does.

use std::collections::BTreeMap;

/// The figures of one text.
#[derive(Debug, Default)]
pub struct Reading {
    bare: BTreeMap<String, f64>,
    methods: BTreeMap<String, Method>,
}

/// What is known of one method.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Method {
    /// How many answers there were.
    pub count: f64,
    /// How many seconds they took together.
    pub seconds: f64,
    /// Up to how many seconds, how many answers took.
    buckets: Vec<(f64, f64)>,
}

impl Method {
    /// How many seconds an answer took, on average.
    pub fn mean(&self) -> f64 {
        if self.count > 0.0 { self.seconds / self.count } else { 0.0 }
    }

    /// Within how many seconds nineteen of twenty answers were ready, as finely as is counted; `None` when that is longer
    /// than is counted.
    pub fn nineteen_of_twenty(&self) -> Option<f64> {
        let reached = |bucket: &&(f64, f64)| bucket.1 >= self.count * 0.95;
        self.buckets.iter().find(reached).map(|bucket| bucket.0).filter(|bound| bound.is_finite())
    }
}

impl Reading {
    /// Reads OpenMetrics text.
    pub fn of(text: &str) -> Self {
        let mut reading = Self::default();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let Some((series, figure)) = line.rsplit_once(' ') else { continue };
            let Ok(figure) = figure.parse() else { continue };
            match series.split_once('{') {
                None => drop(reading.bare.insert(series.to_owned(), figure)),
                Some((name, labels)) => reading.note(name, labels.trim_end_matches('}'), figure),
            }
        }
        reading
    }

    fn note(&mut self, name: &str, labels: &str, figure: f64) {
        let Some(part) = name.strip_prefix("lately_request_duration_seconds_") else { return };
        let label = |wanted: &str| {
            let mut pairs = labels.split(',').filter_map(|pair| pair.split_once('='));
            pairs.find(|(name, _)| *name == wanted).map(|(_, value)| value.trim_matches('"'))
        };
        let Some(method) = label("method") else { return };
        let known = self.methods.entry(method.to_owned()).or_default();
        match part {
            "count" => known.count = figure,
            "sum" => known.seconds = figure,
            "bucket" => {
                let bound = label("le").and_then(|bound| bound.parse().ok()).unwrap_or(f64::INFINITY);
                known.buckets.push((bound, figure));
            }
            _ => {}
        }
    }

    /// A figure without labels; 0 if there is none.
    pub fn figure(&self, name: &str) -> f64 {
        self.bare.get(name).copied().unwrap_or_default()
    }

    /// The methods that took longest, on average, the slowest first.
    pub fn slowest(&self, most: usize) -> Vec<(&str, &Method)> {
        let mut all: Vec<_> = self.methods.iter().map(|(name, method)| (name.as_str(), method)).collect();
        all.sort_by(|one, other| other.1.mean().total_cmp(&one.1.mean()).then(one.0.cmp(other.0)));
        all.truncate(most);
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
# HELP lately_store_queue Jobs that wait for the writer.
# TYPE lately_store_queue gauge
lately_store_queue 3
lately_requests_total{method=\"im.user.get\",code=\"200\"} 20
lately_request_duration_seconds_sum{method=\"im.user.get\"} 1.5
lately_request_duration_seconds_count{method=\"im.user.get\"} 20
lately_request_duration_seconds_bucket{le=\"0.01\",method=\"im.user.get\"} 18
lately_request_duration_seconds_bucket{le=\"0.25\",method=\"im.user.get\"} 19
lately_request_duration_seconds_bucket{le=\"+Inf\",method=\"im.user.get\"} 20
lately_request_duration_seconds_sum{method=\"batch\"} 9.0
lately_request_duration_seconds_count{method=\"batch\"} 1
lately_request_duration_seconds_bucket{le=\"1.0\",method=\"batch\"} 0
lately_request_duration_seconds_bucket{le=\"+Inf\",method=\"batch\"} 1
# EOF
";

    #[test]
    fn figures_are_read_by_name_and_methods_by_how_long_they_took() {
        let reading = Reading::of(TEXT);
        assert_eq!((reading.figure("lately_store_queue"), reading.figure("nothing")), (3.0, 0.0));
        let slowest = reading.slowest(5);
        assert_eq!(slowest.iter().map(|(name, _)| *name).collect::<Vec<_>>(), ["batch", "im.user.get"]);
        assert_eq!(slowest[0].1.nineteen_of_twenty(), None);
        assert_eq!((slowest[1].1.mean(), slowest[1].1.nineteen_of_twenty()), (0.075, Some(0.25)));
    }
}
