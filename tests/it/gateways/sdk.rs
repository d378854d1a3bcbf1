//! What providers' own packages say: a small Node program asks them.

use serde_json::Value;
use std::{
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

/// Asks one question.
pub fn ask(question: &Value) -> Value {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/gateways/sdk");
    assert!(
        folder.join("node_modules").exists(),
        "the providers' packages aren't installed: npm --prefix tests/it/gateways/sdk install"
    );
    let mut node = Command::new("node")
        .arg(folder.join("sdk.mjs"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("node");
    let mut stdin = node.stdin.take().expect("its input");
    stdin.write_all(question.to_string().as_bytes()).expect("asked");
    drop(stdin);
    let output = node.wait_with_output().expect("an answer");
    assert!(output.status.success(), "the packages couldn't answer {question}");
    serde_json::from_slice(&output.stdout).expect("JSON")
}
