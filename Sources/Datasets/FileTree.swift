import Archives

/// The files of a folder or of an archive, by their paths within it.
struct FileTree: Sendable {
    /// In byte order.
    let paths: [String]
    private let root: String
    private let archive: Archive?

    /// A tar archive in memory and where each of its files lies.
    private struct Archive: Sendable {
        let bytes: [UInt8]
        let contents: [String: Range<Int>]
    }

    /// Nil where the path is one file that is no archive.
    ///
    /// Hidden files are left out. A link that leads out of the folder and a name that is not UTF-8 are refused.
    init?(_ path: String) throws(DatasetError) {
        root = path
        if SourceFile.isFolder(path) {
            paths = try FolderWalk.files(below: path)
            archive = nil
            return
        }
        guard FileTree.isArchiveName(path) else { return nil }
        let bytes = try SourceFile.read(path)
        let tar: TarArchive
        do throws(ArchiveError) {
            tar = try TarArchive(bytes, file: path)
        } catch {
            throw DatasetError(error)
        }
        var contents: [String: Range<Int>] = [:]
        for entry in tar.entries where !FileTree.isHidden(entry.name) {
            let name = entry.name.hasPrefix("./") ? String(entry.name.dropFirst(2)) : entry.name
            contents[name] = entry.content
        }
        archive = Archive(bytes: tar.bytes, contents: contents)
        paths = contents.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// The tree that holds files with one of these endings: the folder or archive itself, or the one archive in the folder.
    static func opening(_ path: String, endings: [String]) throws(DatasetError) -> FileTree {
        guard let tree = try FileTree(path) else {
            throw .file(path, detail: "is neither a folder nor a .tar, .tar.gz, .tgz archive")
        }
        guard tree.archive == nil, tree.files(endings).isEmpty else { return tree }
        let archives = tree.paths.filter(isArchiveName)
        guard archives.count <= 1 else {
            throw .file(path, detail: "holds \(archives.count) archives; name the one that is meant")
        }
        guard let name = archives.first, let inner = try FileTree("\(path)/\(name)") else { return tree }
        return inner
    }

    /// The paths that end so, whatever the case of their letters.
    func files(_ endings: [String]) -> [String] {
        paths.filter { path in
            let name = path.lowercased()
            return endings.contains { name.hasSuffix($0) }
        }
    }

    /// The bytes of a file, inflated where a folder holds it as .gz.
    func contents(of path: String) throws(DatasetError) -> [UInt8] {
        guard let archive else { return try SourceFile.read(self.path(of: path)) }
        guard let range = archive.contents[path] else {
            throw .file(self.path(of: path), detail: "is not in the archive")
        }
        return Array(archive.bytes[range])
    }

    /// For messages.
    func path(of file: String) -> String { "\(root)/\(file)" }

    private static func isArchiveName(_ path: String) -> Bool {
        let name = path.lowercased()
        return [".tar", ".tar.gz", ".tgz"].contains { name.hasSuffix($0) }
    }

    private static func isHidden(_ path: String) -> Bool {
        path.split(separator: "/").contains { $0.hasPrefix(".") && $0 != "." || $0 == "__MACOSX" }
    }
}
