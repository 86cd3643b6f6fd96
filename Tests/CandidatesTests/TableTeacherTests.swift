import Candidates
import Datasets
import Determinism
import Search
import SearchSpaces
import Testing
import Training

@Suite("Learning from trees")
struct TableTeacherTests {
    private static let columns = 12

    /// Rows of twelve columns, of which the signs of two decide a class together.
    private func data(_ count: Int) throws -> PreparedData {
        var random = RandomStream(seed: 3, .bootstrap)
        let values = (0..<count * Self.columns).map { _ in Float(random.uniformDouble()) - 0.5 }
        let labels = (0..<count).map { row -> Int32 in
            (values[row * Self.columns] > 0) == (values[row * Self.columns + 1] > 0.1) ? 1 : 0
        }
        return try PreparedData(
            Dataset(
                name: "signs", sampleShape: [1, 1, Self.columns], storage: .floats(values),
                target: .classes(labels, names: ["odd", "even"])),
            rules: SplitRules(validation: .fraction(0.5), test: .fraction(0.05), seed: 1),
            augmentation: .none)
    }

    @Test("Few rows with many columns are learned better from trees than from their labels")
    func beatsLabels() throws {
        let data = try data(900)
        let space = try SearchSpace(
            parsing: """
                version: 1
                name: table
                input: {height: 1, width: 1, channels: 12, outputs: 2}
                dense:
                  bins: 8
                  layers: [{name: first, width: 32}, {name: second, width: 32}]
                compression: {precision: [float32], recipe: [plain, distilled]}
                """, file: "table.yaml"
        ).narrowed(compression: [(key: "recipe", options: ["plain", "distill(trees)"])])
        let builder = CandidateBuilder(
            space: space, data: data, settings: TrainingSettings(epochs: 60, batch: 32, usesAdamW: true),
            seed: 1)
        func accuracy(_ compression: String) throws -> Double {
            let point = try space.genotype(architecture: "first|second", compression: compression)
            return try Judge(data: data).validate(builder.build(point)).accuracy
        }
        let (labels, trees) = (try accuracy("none"), try accuracy("distill(trees)"))
        #expect(trees > 0.85)
        #expect(trees > labels)
    }

    @Test("Swapped values come from another row's place; epochs differ, the same seed repeats")
    func swaps() throws {
        let data = try data(100)
        func read(seed: UInt64, epoch: Int) -> [Float] {
            let source = data.trainingSource(seed: seed, swapsValues: true)
            var values = [Float](repeating: 0, count: source.count * Self.columns)
            var span = values.mutableSpan
            source.fill(&span, rows: Array(0..<source.count).span, epoch: epoch)
            return values
        }
        let own = data.samples(data.split.train)
        let first = read(seed: 1, epoch: 0)
        let known = (0..<Self.columns).map { column in
            Set(stride(from: column, to: own.count, by: Self.columns).map { own[$0] })
        }
        #expect(first.indices.allSatisfy { known[$0 % Self.columns].contains(first[$0]) })
        let changed = Double(first.indices.count { first[$0] != own[$0] }) / Double(first.count)
        // Three tenths on average, less those that come from the row itself.
        #expect((0.2...0.4).contains(changed))
        #expect(read(seed: 1, epoch: 0) == first)
        #expect(read(seed: 1, epoch: 1) != first && read(seed: 2, epoch: 0) != first)
    }
}
