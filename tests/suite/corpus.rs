//! What the fuzzer found worth keeping, replayed without it: `tests/fuzz` tells how to look for more.

use std::fs;
use std::path::Path;

#[path = "../fuzz/properties.rs"]
mod properties;

#[test]
fn every_property_holds_over_its_corpus() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus");
    for (name, property) in properties::ALL {
        let mut files: Vec<_> = fs::read_dir(corpus.join(name))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        files.sort();
        assert!(files.len() > 5, "{name}");
        for file in files {
            // A property that fails names its file first.
            println!("{}", file.display());
            property(&fs::read(&file).unwrap());
        }
    }
}
