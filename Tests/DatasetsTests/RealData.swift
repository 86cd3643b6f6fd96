import Foundation

/// Where the real data lie; tests that need them are skipped where the folder is absent.
let dataFolder: URL = {
    let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    return URL(
        filePath: ProcessInfo.processInfo.environment["SWIFTLET_DATA"]
            ?? repository.appending(path: "../shared/data").path)
}()

func isPresent(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: dataFolder.appending(path: path).path)
}

/// A folder that is removed afterwards, with the given files.
@discardableResult
func withFolder<Result>(_ files: [String: [UInt8]], _ body: (String) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appending(path: "swiftlet-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for (name, bytes) in files {
        let file = folder.appending(path: name)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: file)
    }
    return try body(folder.path)
}

extension [UInt8] {
    /// Appends a little-endian number.
    mutating func append(_ value: Int, bytes: Int) {
        for place in 0..<bytes { append(UInt8(value >> (8 * place) & 255)) }
    }
}
