import Archives
import Foundation

/// A file or folder that a verb writes.
struct OutputPath {
    let path: String

    /// Throws where something lies there that may not be replaced.
    init(_ path: String, replacing: Bool) throws {
        guard replacing || !FileManager.default.fileExists(atPath: path) else {
            throw KitError.exists(path: path)
        }
        self.path = path
    }

    /// Writes the file, or leaves what was there.
    func write(_ text: String) throws {
        do {
            try DurableFile.write(Array(text.utf8), to: path)
        } catch {
            throw KitError.notWritten(path: path, reason: "\(error)")
        }
    }
}
