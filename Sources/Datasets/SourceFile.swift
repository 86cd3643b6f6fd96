import Archives
import FoundationEssentials

/// Reads whole files and lists folders.
enum SourceFile {
    /// No file of a data set, packed or unpacked, may be larger (4 GiB).
    static let limit = 4 << 30

    /// The bytes of a file, inflated where they are a gzip file.
    static func read(_ path: String) throws(DatasetError) -> [UInt8] {
        let bytes = try readRaw(path)
        guard bytes.starts(with: Gzip.magic) else { return bytes }
        // Data that shrink two-hundredfold are no data; a file made to fill the memory does.
        let limit = min(limit, max(bytes.count * 200, 1 << 26))
        do throws(ArchiveError) {
            return try Gzip.inflate(bytes, file: path, limit: limit)
        } catch {
            throw DatasetError(error)
        }
    }

    private static func readRaw(_ path: String) throws(DatasetError) -> [UInt8] {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        guard let attributes else { throw .file(path, detail: "is not there or cannot be read") }
        guard attributes[.type] as? FileAttributeType != .typeDirectory else {
            throw .file(path, detail: "is a folder, expected a file")
        }
        guard let size = attributes[.size] as? Int, size <= limit else {
            throw .file(path, detail: "is larger than \(limit >> 30) GiB")
        }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw .file(path, detail: "cannot be read")
        }
        return [UInt8](data)
    }

    static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

    static func isFolder(_ path: String) -> Bool {
        var isFolder = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder
    }

    /// The names in a folder, in byte order.
    static func names(in folder: String) throws(DatasetError) -> [String] {
        guard isFolder(folder) else { throw .file(folder, detail: "is no folder") }
        return try FolderWalk.names(in: folder)
    }
}
