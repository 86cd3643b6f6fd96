import Foundation
import SearchSpaces

/// The repository's root, found from this file.
let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

/// Where the real data lie; tests that need them are skipped where the folder is absent.
let dataFolder = URL(
    filePath: ProcessInfo.processInfo.environment["SWIFTLET_DATA"]
        ?? repository.appending(path: "../shared/data").path)

func shippedSpace(_ name: String) throws -> SearchSpace {
    try SearchSpace(contentsOf: repository.appending(path: "search-spaces/\(name).yaml").path)
}

let shippedNames = ["tiny-image", "ds-cnn-audio", "nas-bench-201", "fbnet"]
