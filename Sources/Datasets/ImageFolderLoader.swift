/// Pictures in folders named after their classes, in a folder or an archive.
enum ImageFolderLoader {
    private static let endings = [".png", ".jpg", ".jpeg"]
    private static let unread = [".bmp", ".gif", ".tif", ".tiff", ".webp", ".heic", ".ppm", ".pgm"]

    /// The shape of the samples, by the heads of the files alone.
    static func shape(_ places: PartPaths, _ options: PictureOptions) throws(DatasetError) -> [Int] {
        let (tree, files) = try pictures(places)
        return try PictureForm(tree, paths: files, options: options).shape
    }

    private static func pictures(
        _ places: PartPaths
    ) throws(DatasetError) -> (tree: FileTree, files: [String]) {
        let tree = try places.tree(endings)
        if let other = tree.files(unread).first {
            throw .file(
                tree.path(of: other),
                detail: "is a picture of a kind that is not read; store it as PNG or JPEG")
        }
        let files = tree.files(endings)
        guard !files.isEmpty else {
            throw .file(places.path, detail: "holds no .png or .jpg pictures, nor an archive of them")
        }
        return (tree, files)
    }

    static func load(_ places: PartPaths, _ options: PictureOptions) throws(DatasetError) -> Dataset {
        let path = places.path
        let (tree, files) = try pictures(places)
        let folders = ClassFolders(files, isJoined: places.isDivided)
        guard !folders.classes.isEmpty else {
            throw .file(
                path,
                detail: "has no folders that tell classes apart; put each class into a folder of its name")
        }
        let (labels, names) = folders.classes.indexed()
        let (groups, groupNames) = folders.groups.indexed()
        let store = try PictureStore(tree, paths: folders.paths, options: options)
        var dataset = Dataset(
            name: "image-folder",
            sampleShape: [store.size.height, store.size.width, store.colour.channels],
            storage: store.allBytes.map { .bytes($0) } ?? .pictures(store),
            target: .classes(labels, names: names), sampleNames: folders.paths, groups: groups,
            groupNames: groupNames)
        dataset.setOfficialParts(ends: folders.ends)
        dataset.remarks = tree.emptyFolders(endings, classes: folders.classes).map {
            "the folder '\($0)' holds no pictures (PNG, JPEG)"
        }
        return try dataset.checked(file: path)
    }
}

extension Dataset {
    /// Sets the official parts of samples that stand in the order train, validation, test.
    mutating func setOfficialParts(ends: [Int]) {
        officialValidation = ends[1] > ends[0] ? ends[0]..<ends[1] : nil
        officialTest = ends[2] > ends[1] ? ends[1]..<ends[2] : nil
    }
}
