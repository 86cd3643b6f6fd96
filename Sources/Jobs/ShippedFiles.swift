private import CShipped
import Foundation

/// A text file and the name that complaints about it carry.
package struct TextFile: Sendable, Hashable {
    package let name: String
    package let text: String
}

/// Spaces, profiles and jobs: found at an explicit path, in the working folder, then as a copy inside the binary.
package enum ShippedFiles {
    /// The copies inside the binary, such as `search-spaces/tiny-image.yaml`, in ascending order within each folder.
    package static let all: [TextFile] = (0..<shipped_file_count()).map { index in
        let file = shipped_file_at(index)
        // SAFETY: the bytes are a constant of the binary with that many elements.
        let text = unsafe String(
            decoding: UnsafeBufferPointer(start: file.bytes, count: file.count), as: UTF8.self)
        return TextFile(name: unsafe String(cString: file.path), text: text)
    }

    /// The file a name stands for: a path where it ends in `.yaml`, else `FOLDER/NAME.yaml`.
    ///
    /// Relative paths are relative to `base`.
    package static func find(_ name: String, in folder: String, relativeTo base: String = "") throws
        -> TextFile
    {
        if name.hasSuffix(".yaml") || name.hasSuffix(".yml") {
            return try read(base.isEmpty || name.hasPrefix("/") ? name : "\(base)/\(name)")
        }
        guard let file = try file(name, in: folder) else {
            let known = names(in: folder).joined(separator: ", ")
            throw JobError("there is no '\(name)' among the \(folder); known: \(known)")
        }
        return file
    }

    /// `FOLDER/NAME.yaml`, the working folder's before the shipped one; nil where there is neither.
    static func file(_ name: String, in folder: String) throws -> TextFile? {
        let path = "\(folder)/\(name).yaml"
        if FileManager.default.fileExists(atPath: path) { return try read(path) }
        return all.first { $0.name == path }
    }

    /// Every file of a folder, those of the working folder before the shipped ones of the same name.
    package static func files(in folder: String) throws -> [TextFile] {
        try names(in: folder).map { try find($0, in: folder) }
    }

    private static func names(in folder: String) -> [String] {
        let local = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        let shipped = all.map(\.name).filter { $0.hasPrefix(folder + "/") }.map {
            String($0.dropFirst(folder.count + 1))
        }
        let files = Set(local.filter { $0.hasSuffix(".yaml") } + shipped)
        return files.map { String($0.dropLast(".yaml".count)) }.sorted()
    }

    /// The text of a file, or a sentence that says why it cannot be had.
    static func read(_ path: String) throws -> TextFile {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw JobError("\(path): there is no such file")
        }
        guard !isFolder.boolValue else { throw JobError("\(path): is a folder, expected a file") }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw JobError("\(path): cannot be read")
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            throw JobError("\(path): is not UTF-8 text")
        }
        return TextFile(name: path, text: text)
    }
}
