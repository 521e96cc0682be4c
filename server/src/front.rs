//! What the main listeners answer: REST calls, what they are described by, tokens of applications, bytes of files, the push
//! channel, the page, and nothing else.
//!
//! Must hold: a call that needs no packing takes the straight way, past the routes and the layer that packs; both ways
//! give the same answer.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::header::{self, HeaderValue};
use axum::http::{Request, Response};
use axum::routing::any;
use hyper::body::Incoming;
use tower_http::compression::CompressionLayer;
use tower_http::compression::Predicate;
use tower_http::compression::predicate::SizeAbove;

use crate::carry::{self, Passage};
use crate::listen::{App, Scheme};
use crate::oauth::OAuth;
use crate::observe::probe::{self, Health};
use crate::observe::report::Reporter;
use crate::observe::request_id::{self, RequestIds};
use crate::openapi;
use crate::push::{self, Push};
use crate::rest::Portal;
use crate::rest::transport::{self, Way};
use crate::web::{self, DemoOffer};

/// Answers smaller than this many bytes are not worth packing.
const PACK_FROM: u64 = 1024;

/// The application behind the main listeners.
#[derive(Clone)]
pub struct Front {
    portal: Arc<Portal>,
    oauth: Arc<OAuth>,
    ids: Arc<RequestIds>,
    routes: Router,
}

impl Front {
    /// Calls go to `portal`, who wants to hear of events to `push`; the page's visitors are told of `offer`, administrators
    /// what `reporter` knows.
    pub fn new(
        portal: Arc<Portal>,
        oauth: OAuth,
        push: Arc<Push>,
        offer: DemoOffer,
        health: Arc<Health>,
        reporter: Arc<Reporter>,
        ids: RequestIds,
    ) -> Self {
        let packing = CompressionLayer::new().gzip(true).br(true).compress_when(SizeAbove::new(PACK_FROM));
        let routes = Router::new()
            .route("/rest", any(transport::serve))
            .route("/rest/", any(transport::serve))
            .route("/rest/{*path}", any(transport::serve))
            .with_state(Arc::clone(&portal))
            .merge(push::routes(push))
            .merge(openapi::routes(&portal.base_url))
            .merge(web::page_routes(offer))
            .merge(web::form_routes(Arc::clone(&portal), reporter))
            .merge(probe::routes(health))
            .fallback(|| async { web::not_found() })
            .layer(packing);
        Self { portal, oauth: Arc::new(oauth), ids: Arc::new(ids), routes }
    }

    async fn straight(&self, request: Request<Incoming>, way: Way) -> Response<Body> {
        let mut response = transport::answer(&self.portal, request.map(Body::new), way).await;
        // What would have been packed for somebody else.
        if SizeAbove::new(PACK_FROM).should_compress(&response) {
            response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        }
        response
    }
}

impl App for Front {
    async fn answer(
        &self,
        mut request: Request<Incoming>,
        peer: SocketAddr,
        scheme: Scheme,
    ) -> Response<Body> {
        let id = self.ids.of(request.headers());
        let number = id.to_header();
        let way = Way { peer: peer.ip(), scheme, request: id };
        let desk = self.oauth.desk(request.uri().path(), request.headers());
        let passage = Passage::at(request.uri().path());
        let packs = request.headers().contains_key(header::ACCEPT_ENCODING);
        let mut response = if let Some(desk) = desk {
            self.oauth.answer(desk, request.map(Body::new), way).await
        } else if let Some(passage) = passage {
            carry::answer(&self.portal, passage, request.map(Body::new), way).await
        } else if request.uri().path().starts_with("/rest/") && !packs {
            self.straight(request, way).await
        } else {
            request.extensions_mut().insert(way);
            self.routes.answer(request, peer, scheme).await
        };
        response.headers_mut().insert(request_id::HEADER, number);
        response
    }
}
