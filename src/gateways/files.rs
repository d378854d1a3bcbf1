//! Files that are too large for the database: in a folder on this machine, or in a bucket that speaks S3.

use crate::config::FilesConfig;
use anyhow::{Context, bail};
use object_store::{
    ObjectStore,
    aws::{AmazonS3, AmazonS3Builder, AmazonS3ConfigKey},
    local::LocalFileSystem,
    signer::Signer,
};
use std::{fs, path::Path, sync::Arc};
use url::Url;

/// Where files are.
pub struct Files {
    /// The files.
    pub store: Arc<dyn ObjectStore>,
    /// Who gives addresses that lead to them without us for a while; nobody for a folder.
    pub signer: Option<Arc<dyn Signer>>,
}

/// What the settings say; a bucket's keys are the environment's `AWS_…`.
///
/// # Errors
/// The folder can't be made, or that is no address of a bucket.
pub fn open(config: &FilesConfig, environment: impl Iterator<Item = (String, String)>) -> anyhow::Result<Files> {
    if config.url.is_empty() {
        let (store, signer) = (folder(&config.directory)?, None);
        return Ok(Files { store, signer });
    }
    let bucket = Arc::new(bucket(&config.url, environment)?);
    Ok(Files {
        signer: Some(bucket.clone()),
        store: bucket,
    })
}

/// The object store in `folder`, which is made if it is missing.
///
/// # Errors
/// The folder can't be made.
pub fn folder(folder: &Path) -> anyhow::Result<Arc<dyn ObjectStore>> {
    let told = || format!("the folder for files, {}, can't be made", folder.display());
    fs::create_dir_all(folder).with_context(told)?;
    let store = LocalFileSystem::new_with_prefix(folder).with_context(told)?;
    Ok(Arc::new(store.with_automatic_cleanup(true)))
}

/// `s3://bucket?endpoint=https://…&region=…`.
fn bucket(address: &str, environment: impl Iterator<Item = (String, String)>) -> anyhow::Result<AmazonS3> {
    let url: Url = address.parse().context("[files] url is no address")?;
    let (Some(name), "s3") = (url.host_str(), url.scheme()) else {
        bail!("[files] url is to be s3://bucket?endpoint=…&region=…");
    };
    let mut builder = AmazonS3Builder::new().with_bucket_name(name);
    for (key, value) in environment {
        if let Some(key) = key
            .strip_prefix("AWS_")
            .and_then(|_| key.to_ascii_lowercase().parse::<AmazonS3ConfigKey>().ok())
        {
            builder = builder.with_config(key, value);
        }
    }
    for (key, value) in url.query_pairs() {
        builder = match &*key {
            "endpoint" => builder
                .with_allow_http(value.starts_with("http://"))
                .with_endpoint(value.into_owned()),
            "region" => builder.with_region(value.into_owned()),
            other => bail!("[files] url has a {other:?} that nobody knows"),
        };
    }
    builder.build().context("[files] url leads to no bucket")
}

#[cfg(test)]
mod tests {
    use super::*;
    use object_store::{path::Path, signer::Method};
    use std::time::Duration;

    fn keys() -> impl Iterator<Item = (String, String)> {
        [
            ("AWS_ACCESS_KEY_ID", "us"),
            ("AWS_SECRET_ACCESS_KEY", "known to us"),
            ("HOME", "/"),
        ]
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into_iter()
    }

    #[tokio::test]
    async fn addresses_of_a_bucket_are_signed_for_a_while() {
        rustls::crypto::ring::default_provider().install_default().ok();
        let at = "s3://films?endpoint=http://127.0.0.1:9000&region=eu-1";
        let bucket = bucket(at, keys()).expect("a bucket");
        let place = Path::from("recordings/1/call.mp4");
        let signed = bucket.signed_url(Method::GET, &place, Duration::from_secs(60)).await;
        let signed = signed.expect("signed").to_string();
        assert!(
            signed.starts_with("http://127.0.0.1:9000/films/recordings/1/call.mp4?"),
            "{signed}"
        );
        assert!(
            signed.contains("X-Amz-Expires=60") && signed.contains("X-Amz-Signature="),
            "{signed}"
        );
        assert!(signed.contains("us%2F") && !signed.contains("known"), "{signed}");
    }

    #[test]
    fn what_isnt_a_bucket_is_said() {
        for wrong in ["films", "https://films.example", "s3://films?colour=red", "s3://"] {
            bucket(wrong, keys()).expect_err(wrong);
        }
    }
}
