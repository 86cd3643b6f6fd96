/// Where the parts of a data set lie: in one place, or each in a place of its own.
struct PartPaths: Hashable, Sendable {
    /// The training part, or all samples.
    let path: String
    let validation, test: String?

    var isDivided: Bool { validation != nil || test != nil }

    /// The files of all parts; of several places each below a folder named after its part, as `ClassFolders` reads them.
    ///
    /// Throws where parts have places of their own and the first place sets the same parts apart.
    func tree(_ endings: [String]) throws(DatasetError) -> FileTree {
        let tree = try FileTree.opening(path, endings: endings)
        guard isDivided else { return tree }
        let own = ClassFolders(tree.files(endings)).ends
        guard own[0] == own[2] else {
            throw .file(path, detail: "sets parts apart by its folders; then none may have a path of its own")
        }
        var parts = [(folder: "train", tree: tree)]
        for (folder, path) in [("val", validation), ("test", test)] {
            guard let path else { continue }
            let part = try FileTree.opening(path, endings: endings)
            guard !part.files(endings).isEmpty else {
                throw .file(path, detail: "holds no files ending in \(endings.joined(separator: ", "))")
            }
            parts.append((folder, part))
        }
        return FileTree(joining: parts)
    }
}
