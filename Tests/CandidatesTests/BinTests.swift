import Candidates
import Datasets
import Determinism
import ModelGraph
import Search
import SearchSpaces
import Testing

@Suite("Values spread over ramps between quantiles")
struct BinTests {
    private func space(bins: String) throws -> SearchSpace {
        try SearchSpace(
            parsing: """
                version: 1
                name: table
                input: {height: 1, width: 1, channels: 2, outputs: 2}
                dense:
                  bins: \(bins)
                  layers: [{name: first, width: 16}]
                compression: {precision: [float32, int8], pruning: [none, structured(0.5)]}
                """, file: "table.yaml")
    }

    @Test("Ramps lie side by side between quantiles; the widest bin is halved where quantiles are equal")
    func placesEdges() {
        func edges(_ values: [Float], _ count: Int) -> [Float] {
            BinRamp.between(quantiles: values, count: count).map { -$0.offset / $0.slope }
        }
        #expect(edges((0...100).map(Float.init), 4) == [0, 25, 50, 75])
        #expect(edges([0, 0, 0, 0, 1], 4) == [0, 0.25, 0.5, 0.75])
        #expect(edges([-1, -1, -1, 0, 1, 3], 3) == [-1, 0, 1.5])
        #expect(
            BinRamp.between(quantiles: (0...100).map(Float.init), count: 4).allSatisfy { $0.slope == 6 / 25 })
    }

    @Test("Values that are all equal have ramps of zero", arguments: [[], [2], [2, 2, 2]] as [[Float]])
    func flattensConstants(_ values: [Float]) {
        #expect(
            BinRamp.between(quantiles: values, count: 3)
                == [BinRamp](repeating: BinRamp(slope: 0, offset: 0), count: 3))
    }

    @Test("A strip of classes along one column is learned with bins, also pruned and in int8")
    func learnsThresholds() throws {
        var random = RandomStream(seed: 4, .bootstrap)
        let values = (0..<1200).map { _ in Float(random.uniformDouble()) }
        let labels = (0..<600).map { Int32(values[2 * $0] * 6) % 2 }
        let data = try PreparedData(
            Dataset(
                name: "strips", sampleShape: [1, 1, 2], storage: .floats(values),
                target: .classes(labels, names: ["even", "odd"])),
            rules: SplitRules(validation: .fraction(0.3), test: .fraction(0.05), seed: 1),
            augmentation: .none)
        let space = try space(bins: "[0, 16]")
        let builder = CandidateBuilder(
            space: space, data: data, settings: TrainingSettings(epochs: 60, batch: 32, usesAdamW: true),
            seed: 1)
        func accuracy(_ architecture: String, _ compression: String) throws -> Double {
            let point = try space.genotype(architecture: architecture, compression: compression)
            return try Judge(data: data).validate(builder.build(point)).accuracy
        }
        #expect(try accuracy("bins_b16|first", "none") > 0.95)
        #expect(try accuracy("bins_b16|first", "structured(0.5)>int8") > 0.9)
        #expect(try accuracy("bins_b0|first", "none") < 0.9)
    }

    @Test("Samples of many values have fewer bins each, 2,048 units in all at most")
    func limitsUnits() throws {
        let space = try space(bins: "[0, 16]")
        for (channels, units) in [(2, 32), (200, 2000), (1500, 1500), (3000, 0)] {
            let graph = try space.graph(
                of: space.largest, input: NetworkInput(height: 1, width: 1, channels: channels, outputs: 2))
            let bins = graph.nodes.first { $0.name == SearchSpace.binsName }
            let found = bins.map { graph[$0.output].type.shape[3] } ?? 0
            #expect(found == units)
        }
    }

    @Test("Bins that are a choice stand first in an architecture's text")
    func encodes() throws {
        let open = try space(bins: "[0, 8]")
        #expect(open.architecture(of: open.largest) == "bins_b8|first")
        let point = try open.genotype(architecture: "bins_b0|first")
        #expect(open.architecture(of: point) == "bins_b0|first")
        #expect {
            try open.genotype(architecture: "bins_b9|first")
        } throws: {
            "\($0)".contains("'bins_b9' should be one of bins_b0, bins_b8")
        }
        let fixed = try space(bins: "8")
        #expect(fixed.architecture(of: fixed.largest) == "first")
    }
}
