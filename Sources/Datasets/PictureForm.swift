/// The size and the channels that all pictures of a set get.
struct PictureForm {
    let size: PictureSize
    let colour: PictureOptions.Colour

    /// Reads the head of every picture.
    ///
    /// Throws where a file is no picture, and where sizes differ and the options name none.
    init(_ tree: FileTree, paths: [String], options: PictureOptions) throws(DatasetError) {
        let headers = try inParallel(paths.count) { index throws(DatasetError) in
            try PictureHeader(of: tree.contents(of: paths[index]), file: tree.path(of: paths[index]))
        }
        colour = options.colour ?? (headers.allSatisfy(\.isGrey) ? .grey : .rgb)
        guard let first = headers.first else { throw .file("pictures", detail: "there are none") }
        if options.size == nil, let other = headers.firstIndex(where: { $0.size != first.size }) {
            throw .file(
                tree.path(of: paths[other]),
                detail:
                    "is \(headers[other].size), \(paths[0]) \(first.size); give one size by resize: {size: 96}"
            )
        }
        size = options.size ?? first.size
        guard size.isPossible else { throw .file(tree.path(of: paths[0]), detail: "cannot become \(size)") }
    }

    /// Height, width and channels.
    var shape: [Int] { [size.height, size.width, colour.channels] }
}
