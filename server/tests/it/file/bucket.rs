//! The bytes of files in an S3-compatible store: a small one that lives in the test and looks at each signature.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{Method, Request, Response, StatusCode};
use lately_testkit::{Person, TestPortal};
use rusty_s3::{Bucket, Credentials, S3Action, UrlStyle};
use serde_json::json;

use super::{fetch, page, picture, send};
use crate::file::base64;

const KEY: &str = "lately";
const SECRET: &str = "a secret of the store";

/// What is in the bucket, and how it was asked.
#[derive(Default)]
struct Shelf {
    objects: BTreeMap<String, Bytes>,
    puts: usize,
    /// How many of the next puts fail.
    broken: usize,
}

#[derive(Clone)]
struct Store {
    origin: String,
    shelf: Arc<Mutex<Shelf>>,
}

impl Store {
    async fn start() -> Self {
        let socket = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", socket.local_addr().unwrap());
        let store = Self { origin, shelf: Arc::default() };
        let app = Router::new().fallback(answer).with_state(store.clone());
        tokio::spawn(async move { axum::serve(socket, app).await });
        store
    }

    fn objects(&self) -> Vec<String> {
        self.shelf.lock().unwrap().objects.keys().cloned().collect()
    }

    async fn portal(&self) -> TestPortal {
        let origin = self.origin.clone();
        TestPortal::with(move |config| {
            config.files.s3_endpoint = Some(origin);
            config.files.s3_bucket = Some("bucket".to_owned());
            config.files.s3_key_id = Some(KEY.to_owned());
            config.files.s3_secret = Some(SECRET.to_owned());
        })
        .await
    }

    /// Whether a request was signed with the right secret, for what it asks and for now.
    fn signed(&self, request: &Request<Body>) -> bool {
        let uri = request.uri().to_string();
        let Some(date) = uri.split("X-Amz-Date=").nth(1).and_then(|rest| rest.get(..16)) else {
            return false;
        };
        let format = jiff::fmt::strtime::parse("%Y%m%dT%H%M%SZ", date).unwrap().to_datetime().unwrap();
        let moment = format.to_zoned(jiff::tz::TimeZone::UTC).unwrap().timestamp();
        let bucket =
            Bucket::new(self.origin.parse().unwrap(), UrlStyle::Path, "bucket", "us-east-1").unwrap();
        let credentials = Credentials::new(KEY, SECRET);
        let key = request.uri().path().trim_start_matches("/bucket/").to_owned();
        let hour = Duration::from_secs(3600);
        let expected = match *request.method() {
            Method::PUT => bucket.put_object(Some(&credentials), &key).sign_with_time(hour, &moment),
            Method::HEAD => bucket.head_object(Some(&credentials), &key).sign_with_time(hour, &moment),
            Method::DELETE => bucket.delete_object(Some(&credentials), &key).sign_with_time(hour, &moment),
            _ => bucket.get_object(Some(&credentials), &key).sign_with_time(hour, &moment),
        };
        expected.query() == request.uri().query()
    }
}

async fn answer(State(store): State<Store>, request: Request<Body>) -> Response<Body> {
    let status = |status: StatusCode| {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = status;
        response
    };
    if !store.signed(&request) {
        return status(StatusCode::FORBIDDEN);
    }
    let (head, body) = request.into_parts();
    let key = head.uri.path().to_owned();
    let found = store.shelf.lock().unwrap().objects.get(&key).cloned();
    match (head.method, found) {
        (Method::PUT, _) => {
            let announced: Option<usize> = head.headers["content-length"].to_str().unwrap().parse().ok();
            let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
            assert_eq!(announced, Some(bytes.len()), "S3 takes no body of unknown length");
            let mut shelf = store.shelf.lock().unwrap();
            shelf.puts += 1;
            if shelf.broken > 0 {
                shelf.broken -= 1;
                return status(StatusCode::SERVICE_UNAVAILABLE);
            }
            shelf.objects.insert(key, bytes);
            status(StatusCode::OK)
        }
        (Method::DELETE, _) => {
            store.shelf.lock().unwrap().objects.remove(&key);
            status(StatusCode::NO_CONTENT)
        }
        (_, None) => status(StatusCode::NOT_FOUND),
        (Method::HEAD, Some(bytes)) => {
            let mut response = status(StatusCode::OK);
            response.headers_mut().insert("content-length", bytes.len().into());
            response
        }
        (_, Some(bytes)) => {
            let range = head.headers["range"].to_str().unwrap().trim_start_matches("bytes=").to_owned();
            let (first, last) = range.split_once('-').unwrap();
            let (first, last): (usize, usize) = (first.parse().unwrap(), last.parse().unwrap());
            let mut response = Response::new(Body::from(bytes.slice(first..=last.min(bytes.len() - 1))));
            *response.status_mut() = StatusCode::PARTIAL_CONTENT;
            response
        }
    }
}

#[tokio::test]
async fn bytes_lie_in_a_bucket_and_nothing_of_them_in_the_data_directory() {
    let store = Store::start().await;
    let portal = store.portal().await;
    let (alice, bob) = (portal.client(Person::Alice).await, portal.client(Person::Bob).await);
    let large = picture::png(1200, 900);
    send(&alice, "2", "photo.png", &large).await;
    send(&alice, "2", "again.png", &large).await;
    let objects = store.objects();
    assert_eq!(objects.len(), 2, "the picture and its preview, once: {objects:?}");
    assert!(objects.iter().all(|key| key.starts_with("/bucket/")));
    let left = std::fs::read_dir(portal.data().join("files")).unwrap().map(|one| one.unwrap().file_name());
    assert_eq!(left.collect::<Vec<_>>(), [".incoming"]);
    let file = page(&bob, "1").await["files"][0].clone();
    assert_eq!(fetch(&portal, &file["urlDownload"]).await, (200, large));
    let (status, preview) = fetch(&portal, &file["urlPreview"]).await;
    assert_eq!((status, image::load_from_memory(&preview).unwrap().width()), (200, 640));
    portal.assert_exact().await;
    store.shelf.lock().unwrap().objects.clear();
    assert_eq!(fetch(&portal, &file["urlDownload"]).await.0, 404);
    let found = portal.messenger().check(|_, _| {}).await.unwrap();
    assert_eq!(found.len(), 2, "both are missed");
}

#[tokio::test]
async fn a_store_that_fails_for_a_moment_is_asked_again_and_one_that_stays_away_is_told() {
    let store = Store::start().await;
    let portal = store.portal().await;
    let alice = portal.client(Person::Alice).await;
    store.shelf.lock().unwrap().broken = 2;
    send(&alice, "2", "a.txt", "third time").await;
    assert_eq!(store.shelf.lock().unwrap().puts, 3);
    store.shelf.lock().unwrap().broken = 100;
    let params = json!({ "dialogId": "2", "fields": { "name": "b.txt", "content": base64("never") } });
    assert_eq!(alice.refused("im.v2.File.upload", params).await, (400, "UPLOAD_FAILED".to_owned()));
    assert_eq!(page(&alice, "2").await["messages"].as_array().unwrap().len(), 1);
    store.shelf.lock().unwrap().broken = 0;
    portal.assert_exact().await;
}

#[tokio::test]
async fn bytes_in_a_bucket_are_swept_too() {
    let store = Store::start().await;
    let portal = store.portal().await;
    let alice = portal.client(Person::Alice).await;
    let (_, message) = send(&alice, "2", "a.txt", "soon gone").await;
    alice.ok("im.message.delete", json!({ "MESSAGE_ID": message })).await;
    portal.clock.step(86_401);
    assert_eq!(portal.messenger().sweep().await.unwrap(), 1);
    assert_eq!(store.objects(), [""; 0]);
    portal.assert_exact().await;
}
