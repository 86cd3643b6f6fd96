import Archives

/// Four IDX files in a folder, plain or .gz.
///
/// Named as MNIST's: `train-images…`, `train-labels…`, `t10k-images…` (or
/// `test-images…`) and so on. The second pair is the official test part.
enum IDXLoader {
    static func load(folder: String) throws(DatasetError) -> Dataset {
        let names = try SourceFile.names(in: folder)
        let train = try part(["train-images"], ["train-labels"], names, folder)
        let test = try part(["t10k-images", "test-images"], ["t10k-labels", "test-labels"], names, folder)
        guard train.shape == test.shape else {
            throw .file(
                "\(folder)/\(test.file)",
                detail: "holds images of shape \(test.shape), the train part of \(train.shape)")
        }
        let labels = Array(train.labels) + test.labels
        let classes = Int(labels.max() ?? 0) + 1
        return try Dataset(
            name: "idx", sampleShape: train.shape, storage: .bytes(Array(train.pixels) + test.pixels),
            target: .classes(labels.map(Int32.init), names: (0..<classes).map(String.init)),
            officialTest: train.labels.count..<labels.count
        ).checked(file: folder)
    }

    private struct Part {
        let file: String
        let shape: [Int]
        let pixels: ArraySlice<UInt8>
        let labels: ArraySlice<UInt8>
    }

    private static func part(
        _ imageStems: [String], _ labelStems: [String], _ names: [String], _ folder: String
    ) throws(DatasetError) -> Part {
        let imageFile = try find(imageStems, names, folder)
        let labelFile = try find(labelStems, names, folder)
        let images = try IDXFile("\(folder)/\(imageFile)")
        let labels = try IDXFile("\(folder)/\(labelFile)")
        guard (3...4).contains(images.shape.count) else {
            throw .byte(
                file: images.path, offset: 3,
                detail: "expected images (3 or 4 dimensions), got \(images.shape.count)")
        }
        guard labels.shape.count == 1 else {
            throw .byte(
                file: labels.path, offset: 3,
                detail: "expected labels (1 dimension), got \(labels.shape.count)")
        }
        guard images.shape[0] == labels.shape[0] else {
            throw .byte(
                file: labels.path, offset: 4,
                detail: "holds \(labels.shape[0]) labels for the \(images.shape[0]) images of \(imageFile)")
        }
        let shape = Array(images.shape[1...]) + (images.shape.count == 3 ? [1] : [])
        return Part(file: imageFile, shape: shape, pixels: images.values, labels: labels.values)
    }

    private static func find(
        _ stems: [String], _ names: [String], _ folder: String
    ) throws(DatasetError) -> String {
        for stem in stems {
            if let name = names.first(where: { $0.contains(stem) && !$0.hasPrefix(".") }) { return name }
        }
        throw .file(
            folder, detail: "has no file named \(stems.joined(separator: "… or "))… (IDX, plain or .gz)")
    }
}

/// An IDX file of unsigned bytes: 0, 0, 8, number of dimensions, each dimension as big-endian UInt32, then the bytes.
struct IDXFile {
    let path: String
    let shape: [Int]
    let values: ArraySlice<UInt8>

    init(_ path: String) throws(DatasetError) {
        let bytes = try SourceFile.read(path)
        guard bytes.count >= 4 else {
            throw .byte(file: path, offset: 0, detail: "is too short for an IDX file")
        }
        guard bytes[0] == 0, bytes[1] == 0 else {
            throw .byte(file: path, offset: 0, detail: "is no IDX file: expected two zero bytes")
        }
        guard bytes[2] == 8 else {
            throw .byte(
                file: path, offset: 2, detail: "expected unsigned bytes (type 8), got type \(bytes[2])")
        }
        let rank = Int(bytes[3])
        let header = 4 + 4 * rank
        guard rank > 0, bytes.count >= header else {
            throw .byte(
                file: path, offset: 3, detail: "\(rank) dimensions do not fit into \(bytes.count) bytes")
        }
        var shape: [Int] = []
        var size = 1
        for axis in 0..<rank {
            let offset = 4 + 4 * axis
            let extent = bytes[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
            size = size.multipliedSaturated(by: extent)
            guard extent > 0, size <= ExpansionLimit.largest else {
                throw .byte(
                    file: path, offset: offset, detail: "dimension \(axis) of \(extent) is impossible")
            }
            shape.append(extent)
        }
        guard bytes.count == header + size else {
            throw .byte(
                file: path, offset: bytes.count,
                detail: "ends after \(bytes.count - header) of \(size) values that its dimensions promise")
        }
        self.path = path
        self.shape = shape
        values = bytes[header...]
    }
}
