//! Where the bytes of files lie: a folder that can be written to and has room, or a bucket that answers.

use lately_store::Incoming;

use super::Finding;
use super::machine;
use crate::config::Config;
use crate::vault;

const ABOUT: &str = "files";

/// What is kept, fetched and removed again to see whether that works. No upload has such a name.
const PROBE: &[u8] = b"doctor";

/// The place for files: whether bytes can be kept there, fetched and removed.
pub(super) async fn place(config: &Config) -> Vec<Finding> {
    let Some(bucket) = &config.files.s3_bucket else { return in_folder(config) };
    let endpoint = config.files.s3_endpoint.as_deref().unwrap_or_default();
    let whole = format!("bucket {bucket} at {endpoint}");
    let advice = "Look at the settings files.s3_*, at the bucket, and at what its key may do.";
    vec![match probe(config).await {
        Ok(()) => Finding::ok(ABOUT, format!("{whole} keeps and returns bytes")),
        Err(error) => Finding::fail(ABOUT, format!("{whole}: {error}"), advice),
    }]
}

/// A folder in the data directory shares its disk and its rights; one elsewhere is looked at itself.
fn in_folder(config: &Config) -> Vec<Finding> {
    let folder = vault::folder(config);
    let Some(there) = machine::nearest(&folder) else {
        return vec![Finding::fail(
            ABOUT,
            format!("{} cannot be", folder.display()),
            "Look at files.directory.",
        )];
    };
    let advice = "Give the folder to the account that the server runs as, or name another: files.directory.";
    let mut findings =
        vec![match machine::timed_write(&there.join(format!(".lately-doctor-{}", std::process::id()))) {
            Ok(_) if folder.exists() => Finding::ok(ABOUT, format!("{} can be written to", folder.display())),
            Ok(_) => Finding::ok(ABOUT, format!("{} will be made by the first file", folder.display())),
            Err(error) => Finding::fail(ABOUT, format!("{}: {error}", there.display()), advice),
        }];
    if config.files.directory.is_some() {
        findings.push(machine::disk(&there));
    }
    findings
}

async fn probe(config: &Config) -> Result<(), String> {
    let vault = vault::open(config).map_err(|error| error.to_string())?;
    let key = format!("00/doctor-{}", std::process::id());
    let tried = async {
        let mut incoming = Incoming::begin(vault.yard(), &format!("doctor-{}", std::process::id())).await?;
        incoming.write(PROBE).await?;
        vault.keep(&key, incoming.finish().await?.path()).await?;
        let size = vault.size(&key).await?;
        vault.remove(&key).await?;
        Ok::<_, std::io::Error>(size)
    };
    match tried.await {
        Ok(Some(size)) if size == PROBE.len() as u64 => Ok(()),
        Ok(_) => Err("what was kept there is not there".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Health;

    #[tokio::test]
    async fn a_folder_that_cannot_be_written_to_is_told() {
        let dir = tempfile::tempdir().unwrap();
        let mut config = Config { data: dir.path().to_owned(), ..Config::default() };
        let health = async |config: &Config| place(config).await.first().map(|finding| finding.health);
        assert_eq!(health(&config).await, Some(Health::Ok));
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0, "nothing is made by looking");
        config.files.directory = Some(dir.path().join("shared"));
        assert_eq!(health(&config).await, Some(Health::Ok));
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0, "nothing is made by looking");
        let blocked = dir.path().join("blocked");
        std::fs::write(&blocked, "a file").unwrap();
        config.files.directory = Some(blocked);
        assert_eq!(health(&config).await, Some(Health::Fail));
        config.files.s3_bucket = Some("bucket".to_owned());
        config.files.s3_endpoint = Some("http://127.0.0.1:1".to_owned());
        assert_eq!(health(&config).await, Some(Health::Fail));
    }
}
