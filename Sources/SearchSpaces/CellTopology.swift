import ModelGraph
import YAMLReader

/// One cell repeated in stages of growing width, as in NAS-Bench-201 (Dong and Yang 2020).
///
/// A cell has `nodes` values; each is the sum of one operation applied to each earlier value.
struct CellTopology: Hashable, Sendable {
    let nodes: Int
    /// The edges in the order they are written: into node 1 from 0, into node 2 from 0 and 1, and so on.
    let edges: [Edge]
    /// Width and number of cells of each stage; a residual block of stride 2 stands between stages.
    let stages: [Stage]

    struct Edge: Hashable, Sendable {
        let from, into: Int
        let operation: Choice<Operation>
    }

    struct Stage: Hashable, Sendable { let width, cells: Int }

    /// What an edge computes; convolutions are ReLU, convolution, batch normalisation.
    enum Operation: String, Hashable, Sendable, CaseIterable {
        case none
        case skip = "skip_connect"
        case averagePool = "avg_pool_3x3"
        case convolution1 = "nor_conv_1x1"
        case convolution3 = "nor_conv_3x3"
    }
}

extension CellTopology {
    init(_ node: YAMLNode, reader: inout ChoiceReader) throws(YAMLError) {
        let cell = try node.required("cell")
        try cell.allow(keys: ["nodes", "operations", "stages"])
        nodes = try cell.required("nodes").int(in: 2...12)
        var edges: [Edge] = []
        for into in 1..<nodes {
            for from in 0..<into {
                let operation = try reader.choice("operations", of: cell, named: "edge \(from) to \(into) ") {
                    item throws(YAMLError) in try item.option(Operation.self)
                }
                edges.append(Edge(from: from, into: into, operation: operation))
            }
        }
        self.edges = edges
        var stages: [Stage] = []
        for stage in try cell.required("stages").list() {
            try stage.allow(keys: ["width", "cells"])
            stages.append(
                Stage(
                    width: try stage.required("width").int(in: 1...4096),
                    cells: try stage.required("cells").int(in: 0...64)))
        }
        guard !stages.isEmpty else { throw try cell.required("stages").error("has no stages") }
        self.stages = stages
    }

    /// `|op~0|+|op~0|op~1|+|op~0|op~1|op~2|`: a group for each node after the first, an operation for each earlier value.
    func text(of genotype: Genotype) -> String {
        (1..<nodes).map { into in
            let parts = edges.filter { $0.into == into }.map { edge in
                "|\(edge.operation.value(in: genotype).rawValue)~\(edge.from)"
            }
            return parts.joined() + "|"
        }.joined(separator: "+")
    }

    func read(_ text: String, into genotype: inout Genotype) throws(EncodingError) {
        if !readPlain(Array(text.utf8), into: &genotype) { try readParts(of: text, into: &genotype) }
    }

    /// Reads a text that is as `text(of:)` writes it; false where it is not.
    private func readPlain(_ text: [UInt8], into genotype: inout Genotype) -> Bool {
        var rest = text[...]
        func skip(_ expected: String) -> Bool {
            guard rest.starts(with: expected.utf8) else { return false }
            rest = rest.dropFirst(expected.utf8.count)
            return true
        }
        var into = 0
        for edge in edges {
            if edge.into != into {
                guard skip(into == 0 ? "|" : "+|") else { return false }
                into = edge.into
            }
            guard let option = edge.operation.values.firstIndex(where: { skip($0.rawValue) }),
                skip("~\(edge.from)|")
            else { return false }
            if let dimension = edge.operation.dimension { genotype[dimension] = option }
        }
        return rest.isEmpty
    }

    /// The same part by part, with words for what is wrong.
    private func readParts(of text: String, into genotype: inout Genotype) throws(EncodingError) {
        let groups = text.split(separator: "+", omittingEmptySubsequences: false)
        guard groups.count == nodes - 1 else {
            throw EncodingError(detail: "it has \(groups.count) groups joined by '+', expected \(nodes - 1)")
        }
        for (into, group) in zip(1..., groups) {
            let parts = group.split(separator: "|", omittingEmptySubsequences: false)
            guard parts.count == into + 2, parts[0].isEmpty, parts[parts.count - 1].isEmpty else {
                throw EncodingError(
                    detail: "'\(group)' should hold \(into) operations, each between bars: |operation~input|")
            }
            for (edge, part) in zip(edges.filter { $0.into == into }, parts.dropFirst()) {
                try edge.read(part, into: &genotype)
            }
        }
    }
}

extension CellTopology.Edge {
    fileprivate func read(_ part: Substring, into genotype: inout Genotype) throws(EncodingError) {
        let suffix = "~\(from)"
        guard part.hasSuffix(suffix) else {
            throw EncodingError(detail: "'\(part)' should end with '\(suffix)'")
        }
        let name = part.dropLast(suffix.count)
        guard let option = operation.values.firstIndex(where: { $0.rawValue == name }) else {
            let known = operation.values.map(\.rawValue).joined(separator: ", ")
            throw EncodingError(detail: "'\(name)' is no operation; known: \(known)")
        }
        if let dimension = operation.dimension { genotype[dimension] = option }
    }
}

extension CellTopology {
    /// The dimensions of the edges that no path of operations from the cell's input to its output uses.
    func deadDimensions(in genotype: Genotype) -> [Int] {
        zip(edges, liveEdges(in: genotype)).compactMap { edge, isLive in
            isLive ? nil : edge.operation.dimension
        }
    }

    /// Whether no kernel can reach across the cell's border: several live edges read its input, so that an activation at their
    /// beginning does not become part of what came before, and several write its output, the last edge among them, so that it
    /// ends in a sum that no runtime removes.
    func standsAlone(in genotype: Genotype) -> Bool {
        let isLive = liveEdges(in: genotype)
        guard isLive.last == true else { return false }
        let live = zip(edges, isLive).filter(\.1).map(\.0)
        let reading = live.filter { $0.from == 0 }
        return reading.count > 1 && live.count { $0.into == nodes - 1 } > 1
            && reading.contains { $0.operation.value(in: genotype) != .skip }
    }

    /// For each edge whether a path of operations from the cell's input to its output uses it.
    private func liveEdges(in genotype: Genotype) -> [Bool] {
        let isLive = edges.map { $0.operation.value(in: genotype) != .none }
        var reached = [Bool](repeating: false, count: nodes)
        var needed = reached
        reached[0] = true
        needed[nodes - 1] = true
        for (edge, isLive) in zip(edges, isLive) where isLive && reached[edge.from] {
            reached[edge.into] = true
        }
        for (edge, isLive) in zip(edges, isLive).reversed() where isLive && needed[edge.into] {
            needed[edge.from] = true
        }
        return zip(edges, isLive).map { edge, isLive in
            isLive && reached[edge.from] && needed[edge.into]
        }
    }
}

extension CellTopology {
    /// The network of the NATS-Bench paper; every edge is there, dead or not.
    func graph(
        of genotype: Genotype, input: NetworkInput, name: String, showing detail: NetworkDetail,
        kernel: ((_ edge: Int) -> Int)? = nil
    ) throws(GraphError) -> Graph {
        var network = NetworkBuilder(name: name, input: input, epsilon: 1e-5)
        try network.layer("stem", kernel: 3, channels: stages[0].width, activation: nil, edges: .symmetric)
        for (index, stage) in stages.enumerated() {
            if index > 0 {
                let name = "reduce\(index)"
                if detail.shows(name) {
                    try network.reduce(name, to: stage.width)
                } else {
                    try network.convolve(name, kernel: 1, stride: 2, channels: stage.width)
                }
            }
            for cell in 0..<(detail == .whole ? stage.cells : min(stage.cells, 1)) {
                try append(to: &network, named: "stage\(index).\(cell)", genotype, kernel: kernel)
            }
        }
        try network.normalize("last.norm")
        try network.activate("last.activation", .relu)
        return try network.finish(outputs: input.outputs)
    }

    func append(
        to network: inout NetworkBuilder, named name: String, _ genotype: Genotype,
        kernel: ((_ edge: Int) -> Int)? = nil
    ) throws(GraphError) {
        var values = [network.current]
        for into in 1..<nodes {
            var sum: ValueID?
            for (index, edge) in edges.enumerated() where edge.into == into {
                network.resume(at: values[edge.from])
                let edgeName = "\(name).\(edge.from)to\(into)"
                try network.apply(
                    edge.operation.value(in: genotype), named: edgeName, kernel: kernel?(index))
                if let sum { try network.combine("\(edgeName).add", with: sum) }
                sum = network.current
            }
            values.append(network.current)
        }
    }
}

extension NetworkBuilder {
    fileprivate mutating func apply(
        _ operation: CellTopology.Operation, named name: String, kernel: Int?
    ) throws(GraphError) {
        switch operation {
        case .none: try erase("\(name).none")
        case .skip: break
        case .averagePool:
            try pool(
                "\(name).pool",
                Pooling(
                    .average, kernel: 3, stride: 1, padding: EdgePadding(top: 1, bottom: 1, left: 1, right: 1)
                ))
        case .convolution1: try appendActivated("\(name).conv1", side: kernel ?? 1, channels: channels)
        case .convolution3: try appendActivated("\(name).conv3", side: kernel ?? 3, channels: channels)
        }
    }

    private mutating func appendActivated(
        _ name: String, side: Int, stride: Extent = 1, channels: Int
    ) throws(GraphError) {
        try activate("\(name).activation", .relu)
        try layer(
            name, kernel: Extent(side, side), stride: stride, channels: channels, activation: nil,
            edges: .symmetric)
    }

    /// The residual block of stride 2; its shortcut is an average over 2×2 and a 1×1 convolution.
    fileprivate mutating func reduce(_ name: String, to width: Int) throws(GraphError) {
        let entry = current
        try appendActivated("\(name).first", side: 3, stride: 2, channels: width)
        try appendActivated("\(name).second", side: 3, channels: width)
        let body = current
        resume(at: entry)
        try pool("\(name).shortcut.pool", Pooling(.average, kernel: 2, stride: 2))
        try convolve("\(name).shortcut", kernel: 1, channels: width)
        try combine("\(name).add", with: body)
    }
}
