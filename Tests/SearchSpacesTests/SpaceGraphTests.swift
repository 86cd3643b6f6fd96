import Determinism
import Foundation
import ModelGraph
import SearchSpaces
import Testing

@Suite("From a genotype to a graph")
struct SpaceGraphTests {
    @Test("Every sampled architecture gives a graph with one logit a class", arguments: shippedNames)
    func decodesSamples(_ name: String) throws {
        let space = try shippedSpace(name)
        var random = RandomStream(seed: 11, .proposal)
        for _ in 0..<100 {
            let graph = try space.graph(of: space.sample(using: &random), input: space.referenceInput)
            #expect(graph[graph.outputs[0]].type.shape == [1, space.referenceInput.outputs])
        }
    }

    @Test("Image and audio networks fit inputs of any size", arguments: ["tiny-image", "ds-cnn-audio"])
    func decodesForOtherInputs(_ name: String) throws {
        let space = try shippedSpace(name)
        for side in [1, 2, 7, 8, 33, 64] {
            let input = NetworkInput(height: side, width: side + 3, channels: 3, outputs: 4)
            for genotype in [space.smallest, space.largest] {
                let graph = try space.graph(of: genotype, input: input)
                #expect(graph[graph.outputs[0]].type.shape == [1, 4])
            }
        }
    }

    @Test("Values of a graph have names of their own")
    func namesAreUnique() throws {
        for name in shippedNames {
            let space = try shippedSpace(name)
            let graph = try space.graph(of: space.largest, input: space.referenceInput)
            #expect(Set(graph.values.map(\.name)).count == graph.values.count)
        }
    }

    @Test("Squeeze-excite, activations, residual blocks and resolution are open choices too")
    func buildsEveryAttribute() throws {
        let text = """
            version: 1
            name: rich
            input: {height: 24, width: 24, channels: 3, outputs: 5}
            resolution: [12, full]
            stem: {kernel: 3, stride: 2, width: 8, activation: [relu6, hard_swish]}
            stages:
              - name: only
                operation: [residual, inverted]
                depth: [1, 2]
                width: [8, 16]
                kernel: [3, 3x5]
                expansion: [1, 3]
                stride: [1, 2, 2x1]
                squeeze_excite: [0, 0.25]
                activation: [relu, silu]
            """
        let space = try SearchSpace(parsing: text, file: "rich.yaml")
        let pieces = try #require(Pieces(of: space))
        for genotype in space.points {
            let graph = try space.graph(of: genotype, input: space.referenceInput)
            try graph.verify()
            let parts = try #require(pieces.cut(graph, of: genotype))
            #expect(parts.count == pieces.keys(of: genotype)?.count)
            let last = [parts.count - 2]
            let part = try space.graph(
                of: genotype, input: space.referenceInput, showing: pieces.detail(of: genotype, at: last))
            #expect(pieces.cut(part, of: genotype, at: last)?.first?.nodes == parts[last[0]].nodes)
            let architecture = space.architecture(of: genotype)
            #expect(try space.genotype(architecture: architecture) == genotype)
        }
        #expect(
            space.architecture(of: space.largest)
                == "stem_rfull_hard-swish|inverted_k3x5_s2x1_e3_w16_d2_silu_se0.25|head")
    }

    // Skipped where the published table is absent.
    @Test(
        "Live NAS-Bench-201 networks have the published MACs and parameters",
        .enabled(if: FileManager.default.fileExists(atPath: publishedTable.path)))
    func agreesWithPublishedCounts() throws {
        let space = try shippedSpace("nas-bench-201")
        for row in try publishedRows().enumerated().filter({ $0.offset % 25 == 0 }).map(\.element) {
            let genotype = try space.genotype(architecture: row.architecture)
            let graph = try space.graph(of: genotype, input: space.referenceInput)
            let live = graph.liveCounts
            #expect(live.macs == row.macs && live.parameters == row.parameters, "\(row.architecture)")
        }
    }
}

private let publishedTable = dataFolder.appending(path: "nas-bench-201/accuracy.csv.gz")

private struct PublishedRow {
    let architecture: String
    let macs, parameters: Int
}

private func publishedRows() throws -> [PublishedRow] {
    let unzip = Process()
    unzip.executableURL = URL(filePath: "/usr/bin/gzip")
    unzip.arguments = ["-dc", publishedTable.path]
    let pipe = Pipe()
    unzip.standardOutput = pipe
    try unzip.run()
    let text = String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    return text.split(separator: "\n").dropFirst().compactMap { line in
        let cells = line.split(separator: ",", omittingEmptySubsequences: false)
        guard cells.count == 8, let macs = Int(cells[6]), let parameters = Int(cells[7]) else { return nil }
        return PublishedRow(architecture: String(cells[0]), macs: macs, parameters: parameters)
    }
}

extension Graph {
    /// MACs of convolutions and dense layers and weights, of nodes that read something and are read.
    fileprivate var liveCounts: (macs: Int, parameters: Int) {
        var isZero = [Bool](repeating: false, count: values.count)
        for node in nodes {
            let types = node.inputs.filter { self[$0].constant == nil }
            switch node.operation {
            case .binary(.multiply): isZero[node.output.index] = true
            default: isZero[node.output.index] = types.allSatisfy { isZero[$0.index] }
            }
        }
        var isNeeded = [Bool](repeating: false, count: values.count)
        for output in outputs { isNeeded[output.index] = true }
        var counts = (macs: 0, parameters: 0)
        for node in nodes.reversed() where isNeeded[node.output.index] && !isZero[node.output.index] {
            for input in node.inputs { isNeeded[input.index] = true }
            let constants = node.inputs.compactMap { self[$0].constant?.tensor.shape.elementCount }
            switch node.operation {
            case .convolution, .dense:
                let shape = self[node.output].type.shape
                counts.macs += constants[0] * shape.elementCount / shape[shape.rank - 1]
                counts.parameters += constants.reduce(0, +)
            case .batchNormalization: counts.parameters += constants[0] + constants[1]
            default: break
            }
        }
        return counts
    }
}
