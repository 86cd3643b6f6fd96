import ModelGraph

extension CellTopology {
    /// For each piece, in the order in which they are numbered, the stage whose cell it is.
    var stagesOfPieces: [Int?] {
        var pieces: [Int?] = [nil]
        for (index, stage) in stages.enumerated() {
            if index > 0 { pieces.append(nil) }
            if stage.cells > 0 { pieces.append(index) }
        }
        return pieces + [nil]
    }

    /// Rows, columns and channels of a stage's values; nil where they are so few that operations vanish.
    func extents(ofCellIn stage: Int, _ input: NetworkInput) -> [Int]? {
        var (rows, columns) = (input.height, input.width)
        for _ in 0..<stage { (rows, columns) = ((rows + 1) / 2, (columns + 1) / 2) }
        let extents = [rows, columns, stages[stage].width]
        return extents.allSatisfy { $0 > 1 } ? extents : nil
    }

    /// Numbers for the extents of a cell that no kernel has.
    static let marks = [4001, 5003, 83]

    /// What each edge does, whatever kernel its convolution has.
    func structure(in genotype: Genotype) -> [Int] {
        edges.map { edge in
            switch edge.operation.value(in: genotype) {
            case .none: 0
            case .skip: 1
            case .averagePool: 2
            case .convolution1, .convolution3: 3
            }
        }
    }

    /// The same as one number; where it overflows, different structures may have equal ones.
    func structureNumber(of genotype: Genotype) -> Int {
        structure(in: genotype).reduce(0) { $0 &* 4 &+ $1 }
    }

    /// The sides of the kernels of all edges that are convolutions.
    func kernels(in genotype: Genotype) -> [Int] {
        edges.compactMap { $0.operation.value(in: genotype).kernel }
    }

    /// An odd number for each of them, so that they keep the size of what they read.
    func kernelMarks(in genotype: Genotype) -> [Int] {
        edges.indices.compactMap { index in
            edges[index].operation.value(in: genotype).kernel.map { _ in CellTopology.kernelMark(index) }
        }
    }

    static func kernelMark(_ edge: Int) -> Int { 17 + 2 * edge }

    /// All extents of a network but those of its kernels.
    func extents(of input: NetworkInput) -> [Int] {
        var extents = [input.channels, input.outputs]
        var (rows, columns) = (input.height, input.width)
        for stage in stages {
            extents += [rows, columns, stage.width]
            (rows, columns) = ((rows + 1) / 2, (columns + 1) / 2)
        }
        return extents
    }

    /// A small network around a cell whose extents are marks.
    func markedNetwork(around stage: Int, of genotype: Genotype) throws(GraphError) -> Graph {
        let input = NetworkInput(
            height: CellTopology.marks[0], width: CellTopology.marks[1], channels: 3, outputs: 10)
        var network = NetworkBuilder(name: "piece", input: input, epsilon: 1e-5)
        try network.convolve("stem", kernel: 1, channels: CellTopology.marks[2])
        try append(to: &network, named: "stage\(stage).0", genotype, kernel: CellTopology.kernelMark)
        try network.normalize("last.norm")
        try network.activate("last.activation", .relu)
        return try network.finish(outputs: 10)
    }
}

extension CellTopology.Operation {
    /// The side of a convolution's kernel.
    fileprivate var kernel: Int? {
        switch self {
        case .none, .skip, .averagePool: nil
        case .convolution1: 1
        case .convolution3: 3
        }
    }
}
