//! Taking away what nobody needs: deeds kept long enough, events that bots did not fetch, bytes that no file has, links that have ended, what uploads left that died.
//!
//! Must hold: bytes go only a day after the last thing that had them let go, and only after their row was doomed, so
//! that no upload of equal bytes can count on them.

use lately_model::Moment;
use lately_model::blob::GRACE;
use lately_model::bot::KEPT;
use lately_store::Tx;

use crate::{Error, Messenger};

/// How many bytes' rows are looked at in one step.
const STEP: i64 = 100;

impl Messenger {
    /// Takes away what has had its time. Answers how many files' bytes went. Servers of one portal may do so at once.
    pub async fn sweep(&self) -> Result<usize, Error> {
        self.forget_deeds().await?;
        let now = self.now();
        self.forget_bot_events(now.plus(-KEPT)).await?;
        self.store.write(move |tx| Ok::<_, Error>(tx.forget_links(now)?)).await?;
        if let Err(error) = lately_store::clear_yard(self.settings.vault.yard()).await {
            tracing::warn!(%error, "the folder of files that arrive cannot be cleared");
        }
        let before = now.plus(-GRACE);
        let judge = move |tx: &mut Tx<'_>| Ok::<_, Error>(tx.judge_blobs(before, STEP)?);
        while self.store.write(judge).await? > 0 {}
        let mut gone = 0;
        loop {
            let doomed = self.store.read(|snapshot| Ok::<_, Error>(snapshot.doomed_blobs(STEP)?)).await?;
            let mut removed = Vec::new();
            for blob in &doomed {
                match self.settings.vault.remove(&blob.key()).await {
                    Ok(()) => removed.push(blob.id),
                    Err(error) => tracing::warn!(%error, blob = blob.key(), "bytes cannot be removed"),
                }
            }
            gone += removed.len();
            if removed.is_empty() {
                return Ok(gone);
            }
            let drop_all = move |tx: &mut Tx<'_>| {
                removed.iter().try_for_each(|blob| tx.drop_blob(*blob)).map_err(Error::from)
            };
            self.store.write(drop_all).await?;
        }
    }

    /// What bots did not fetch in time. An idle portal writes nothing.
    async fn forget_bot_events(&self, before: Moment) -> Result<(), Error> {
        let old = async || {
            self.store.read(move |snapshot| Ok::<_, Error>(snapshot.has_old_bot_events(before)?)).await
        };
        while old().await? {
            let forget = move |tx: &mut Tx<'_>| Ok::<_, Error>(tx.forget_bot_events(before)?);
            if self.store.write(forget).await? == 0 {
                break;
            }
        }
        Ok(())
    }
}
