import Archives

/// The files of a folder or of an archive, by their paths within it.
struct FileTree: Sendable {
    /// In byte order.
    private(set) var paths: [String]
    /// Paths of folders, those without files among them; of archives only those that they name.
    let folders: [String]
    private let root: String
    private let archive: Archive?
    /// Of trees side by side, each with the folder that it stands in; empty of one tree.
    private let parts: [(folder: String, tree: FileTree)]

    /// An archive in memory and where each of its files lies.
    private enum Archive: Sendable {
        case tar([UInt8], [String: Range<Int>], folders: [String])
        case zip(ZipArchive, [String: ZipArchive.Member])

        var names: [String] {
            switch self {
            case .tar(_, let contents, _): Array(contents.keys)
            case .zip(_, let members): Array(members.keys)
            }
        }

        /// Without the slash at their end.
        var folders: [String] {
            let names =
                switch self {
                case .tar(_, _, let folders): folders
                case .zip(let archive, _): archive.members.map(\.name).filter { $0.hasSuffix("/") }
                }
            return names.map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 }.sorted()
        }
    }

    /// Nil where the path is one file that is no archive.
    ///
    /// Hidden files are left out. A link that leads out of the folder and a name that is not UTF-8 are refused.
    init?(_ path: String) throws(DatasetError) {
        root = path
        parts = []
        if SourceFile.isFolder(path) {
            (paths, folders) = try FolderWalk.paths(below: path)
            archive = nil
            return
        }
        guard FileTree.isArchiveName(path) else { return nil }
        let bytes = try SourceFile.read(path)
        let opened: Archive
        do throws(ArchiveError) {
            opened =
                try path.lowercased().hasSuffix(".zip")
                ? FileTree.zip(bytes, path) : FileTree.tar(bytes, path)
        } catch {
            throw DatasetError(error)
        }
        archive = opened
        folders = opened.folders.map(FileTree.plain).filter {
            !["", "."].contains($0) && !FileTree.isHidden($0)
        }
        paths = opened.names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        if let outside = paths.first(where: { $0.split(separator: "/").contains("..") }) {
            throw .file(
                path, detail: "holds '\(outside)', a name that leads out of the archive; pack it anew")
        }
    }

    /// Trees side by side, each in a folder of its own.
    init(joining parts: [(folder: String, tree: FileTree)]) {
        (root, archive) = ("", nil)
        self.parts = parts
        paths = parts.flatMap { part in part.tree.paths.map { "\(part.folder)/\($0)" } }
            .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        folders = parts.flatMap { part in part.tree.folders.map { "\(part.folder)/\($0)" } }
    }

    /// The same with those files only whose path fits a pattern; all where that is nil.
    func keeping(_ pattern: String?) throws(DatasetError) -> FileTree {
        guard let pattern else { return self }
        guard let glob = Glob(pattern) else {
            throw .file(root, detail: "'\(pattern)' is no file-name pattern")
        }
        var kept = self
        kept.paths = paths.filter(glob.matches)
        guard !kept.paths.isEmpty else { throw .file(root, detail: "has no file that fits '\(pattern)'") }
        return kept
    }

    /// The tree that holds a file, and the file's path in that; nil where this is one tree.
    private func part(of file: String) -> (tree: FileTree, file: String)? {
        parts.first { file.hasPrefix("\($0.folder)/") }
            .map { ($0.tree, String(file.dropFirst($0.folder.count + 1))) }
    }

    private static func tar(_ bytes: [UInt8], _ path: String) throws(ArchiveError) -> Archive {
        let tar = try TarArchive(bytes, file: path)
        var contents: [String: Range<Int>] = [:]
        for entry in tar.entries where !isHidden(entry.name) {
            guard contents.updateValue(entry.content, forKey: plain(entry.name)) == nil else {
                throw .damaged(
                    file: path, detail: "two members have one name, '\(plain(entry.name))'; pack it anew")
            }
        }
        return .tar(tar.bytes, contents, folders: tar.folders)
    }

    /// Files are inflated when they are asked for; all together may not take more than `ExpansionLimit` allows.
    private static func zip(_ bytes: [UInt8], _ path: String) throws(ArchiveError) -> Archive {
        let zip = try ZipArchive(bytes, file: path)
        let limit = ExpansionLimit.bytes(packed: bytes.count)
        guard zip.members.allSatisfy({ $0.size <= limit }),
            zip.members.reduce(0, { $0 + $1.size }) <= limit
        else { throw .unsupported(file: path, detail: "its files take more than \(limit) bytes") }
        var members: [String: ZipArchive.Member] = [:]
        for member in zip.members where !isHidden(member.name) && !member.name.hasSuffix("/") {
            members[plain(member.name)] = member
        }
        return .zip(zip, members)
    }

    private static func plain(_ name: String) -> String {
        name.hasPrefix("./") ? String(name.dropFirst(2)) : name
    }

    /// The tree that holds files with one of these endings: the folder or archive itself, or the one archive in the folder.
    static func opening(_ path: String, endings: [String]) throws(DatasetError) -> FileTree {
        guard let tree = try FileTree(path) else {
            throw .file(path, detail: "is neither a folder nor a .zip, .tar, .tar.gz or .tgz archive")
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

    /// Folders beside those of classes below which no file ends so, whatever the case of its letters.
    func emptyFolders(_ endings: [String], classes: [String]) -> [String] {
        var held: Set<String> = []
        for file in files(endings) {
            var folder = file[...]
            while let slash = folder.lastIndex(of: "/") {
                folder = folder[..<slash]
                guard held.insert(String(folder)).inserted else { break }
            }
        }
        func split(_ folder: String) -> (parent: Substring, name: Substring) {
            guard let slash = folder.lastIndex(of: "/") else { return ("", folder[...]) }
            return (folder[..<slash], folder[folder.index(after: slash)...])
        }
        let names = Set(classes)
        let parents = Set(held.map(split).filter { names.contains(String($0.name)) }.map(\.parent))
        return folders.filter { !held.contains($0) && parents.contains(split($0).parent) }
    }

    /// The bytes of a file, inflated where a folder holds it as .gz.
    func contents(of path: String) throws(DatasetError) -> [UInt8] {
        if let part = part(of: path) { return try part.tree.contents(of: part.file) }
        do throws(ArchiveError) {
            switch archive {
            case nil: break
            case .tar(let bytes, let contents, _)?:
                if let range = contents[path] { return Array(bytes[range]) }
            case .zip(let zip, let members)?:
                if let member = members[path] { return try zip.contents(of: member) }
            }
        } catch {
            throw DatasetError(error)
        }
        guard archive == nil else { throw .file(self.path(of: path), detail: "is not in the archive") }
        return try SourceFile.read(self.path(of: path))
    }

    /// For messages.
    func path(of file: String) -> String {
        part(of: file).map { $0.tree.path(of: $0.file) } ?? "\(root)/\(file)"
    }

    static func isArchiveName(_ path: String) -> Bool {
        let name = path.lowercased()
        return [".tar", ".tar.gz", ".tgz", ".zip"].contains { name.hasSuffix($0) }
    }

    private static func isHidden(_ path: String) -> Bool {
        path.split(separator: "/").contains { part in
            part.hasPrefix(".") && part != "." && part != ".." || part == "__MACOSX"
        }
    }
}
