//! The way to addresses of applications.
//!
//! Must hold: a request ends after a while, follows nobody who sends it elsewhere, and reads nothing of the answer but how
//! it went. Where private addresses are not allowed, none is reached, whatever name leads there.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use reqwest::header::CONTENT_TYPE;
use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode, Url};

use crate::tls::outgoing;
use crate::url::public::Guard;

/// How long a connection may take, and the whole request.
const CONNECT: Duration = Duration::from_secs(5);
const WHOLE: Duration = Duration::from_secs(15);

/// How the server calls itself.
const AGENT: &str = concat!("Lately/", env!("CARGO_PKG_VERSION"));

/// The way there.
pub struct Way {
    /// Made when it is first needed: most portals have nothing to tell.
    http: OnceLock<Client>,
    allow_private: bool,
}

/// Why there is no way to an address.
#[derive(Debug, thiserror::Error)]
pub enum NoWay {
    /// TLS cannot be set up.
    #[error("requests to applications cannot be made: {0}")]
    Tls(#[from] rustls::Error),
    /// The address is none, or one that is not allowed.
    #[error("events.allow_private does not allow this address")]
    Private,
    /// It answered that it did not go well.
    #[error("it answered {0}")]
    Refused(StatusCode),
    /// It could not be reached, or did not answer in time.
    #[error("no answer: {0}")]
    Silent(reqwest::Error),
}

impl Way {
    /// The way to all addresses, or to public ones.
    pub fn new(allow_private: bool) -> Self {
        Self { http: OnceLock::new(), allow_private }
    }

    fn http(&self) -> Result<&Client, NoWay> {
        if let Some(made) = self.http.get() {
            return Ok(made);
        }
        let builder = Client::builder()
            .tls_backend_preconfigured(outgoing()?)
            .connect_timeout(CONNECT)
            .timeout(WHOLE)
            .redirect(Policy::none())
            .user_agent(AGENT)
            .no_proxy();
        let builder =
            if self.allow_private { builder } else { builder.dns_resolver(Arc::new(Guard::machines())) };
        let made = builder.build().map_err(NoWay::Silent)?;
        Ok(self.http.get_or_init(|| made))
    }

    /// Posts a form.
    pub async fn post(&self, url: &str, form: String) -> Result<(), NoWay> {
        let url: Url = url.parse().map_err(|_| NoWay::Private)?;
        // Addresses that are numbers are not looked up.
        if !self.allow_private && !Guard::machines().allows(&url) {
            return Err(NoWay::Private);
        }
        let request = self.http()?.post(url).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        let answer = request.body(form).send().await.map_err(|error| NoWay::Silent(error.without_url()))?;
        if answer.status().is_success() { Ok(()) } else { Err(NoWay::Refused(answer.status())) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn where_they_are_not_allowed_no_name_and_no_number_leads_to_them() {
        let way = Way::new(false);
        for url in ["http://127.0.0.1:9/", "http://[::1]:9/", "http://0x7f.1:9/", "http://2130706433:9/"] {
            assert!(matches!(way.post(url, String::new()).await, Err(NoWay::Private)), "{url}");
        }
        let named = way.post("http://localhost:9/", String::new()).await;
        let NoWay::Silent(error) = named.unwrap_err() else { panic!("not looked up") };
        assert!(format!("{error:?}").contains("NotPublic"), "{error:?}");
    }
}
