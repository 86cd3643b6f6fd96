import Candidates
import Determinism
import Jobs
import Testing

@Suite("Lengths")
struct LengthTests {
    private static let lengths = JobLengths(
        evaluations: 40, epochs: 0.3, batch: 64, maximumOperations: 500_000, recipes: ["plain"],
        finalists: 12,
        finalEpochs: 2)

    @Test("They are printed as the lines of a job file")
    func lines() {
        #expect(
            Self.lengths.lines(of: LengthKey.allCases) == [
                "search: {max_evaluations: 40, max_macs: 500000}", "training: {epochs: 0.3, batch: 64}",
                "compression: {recipe: [plain]}", "finalists: {per_device: 12, epochs: 2}",
            ])
    }

    @Test("Where weights are shared, the epochs of the training are those of the super-network")
    func sharing() throws {
        let text = JobText.small.replacing("training: {epochs: 1", with: "training: {mode: weight-sharing")
        let open = try JobText.resolved(text)
        #expect(open.openLengths.contains(.superEpochs) && open.superEpochs == 10)
        var lengths = open.lengths
        lengths.superEpochs = 30
        #expect(lengths.lines(of: [.superEpochs]) == ["training: {epochs: 30}"])
        #expect(LengthKey.superEpochs.place == "training.epochs")
        let typed = try JobText.resolved(
            text.replacing("weight-sharing", with: "weight-sharing, epochs: 30"))
        #expect(!typed.openLengths.contains(.superEpochs))
        #expect(try open.with(lengths).superEpochs == 30 && typed.superEpochs == 30)
        #expect(try !JobText.resolved().openLengths.contains(.superEpochs))
    }

    @Test("Small finalists' passes are printed where there are any, and only then")
    func smallFinalists() {
        var lengths = Self.lengths
        lengths.mostFinalEpochs = 15
        #expect(
            lengths.lines(of: [.finalEpochs, .mostFinalEpochs]) == ["finalists: {epochs: 2, most_epochs: 15}"]
        )
        #expect(Self.lengths.lines(of: [.mostFinalEpochs]).isEmpty)
    }

    @Test("Smaller networks are trained longer by the root of their operations, up to a limit")
    func bySize() {
        var settings = TrainingSettings(epochs: 2)
        #expect(settings.epochs(operations: 1000) == 2)
        settings.mostEpochs = 9
        settings.largestOperations = 3_900_000
        // Four million and a hundred thousand with what a sample takes besides: a quarter of that doubles the passes.
        #expect(settings.epochs(operations: 3_900_000) == 2 && settings.epochs(operations: 900_000) == 4)
        #expect(settings.epochs(operations: 0) == 9 && settings.epochs(operations: 1e9) == 2)
        #expect(settings.with(epochs: 20).epochs(operations: 0) == 20)
    }

    @Test("Passes of small finalists that are fewer than those of the largest are refused at their place")
    func fewerThanLargest() throws {
        let text = JobText.small.replacing("finalists: {", with: "finalists: {most_epochs: 0.5, ")
        #expect {
            _ = try JobText.resolved(text)
        } throws: { error in
            "\(error)".hasPrefix("job.yaml:9:") && "\(error)".contains("most_epochs")
        }
    }

    @Test("A job that has its lengths from the file and one that has them from a plan have one identity")
    func identity() throws {
        let open = "{version: 1, name: a, dataset: {source: digits}, space: tiny-image, devices: [stm32h743]"
        var lengths = Self.lengths
        lengths.mostFinalEpochs = 15
        let typed = lengths.lines(of: LengthKey.allCases).joined(separator: ", ")
        let chosen = try JobText.resolved(open + "}").with(lengths)
        let written = try JobText.resolved("\(open), \(typed)}")
        #expect(try chosen.guide(chosen.work(data: nil)).hash == written.guide(written.work(data: nil)).hash)
    }

    @Test("Lengths that the file sets are not open")
    func open() throws {
        let job = try JobText.resolved()
        #expect(job.openLengths == [.operations])
        #expect(job.rungSettings.map(\.epochs) == [1])
        let halving = try JobText.resolved(
            JobText.small.replacing("search: {", with: "search: {strategy: successive-halving, "))
        #expect(halving.rungSettings.map(\.epochs) == [1.0 / 9, 1.0 / 3, 1])
    }

    @Test(
        "A finalist is expected to be as much slower than planned as its own training was, others as the usual one"
    )
    func pace() {
        let pace = Pace([
            (candidate: "a", taken: 2, expected: 1), (candidate: "b", taken: 3, expected: 1),
            (candidate: "c", taken: 2, expected: 1),
        ])
        #expect(pace["a"] == 2 && pace["b"] == 3 && pace["unknown"] == 2)
        #expect(Pace()["a"] == 1)
    }

    @Test("Trainings of a few milliseconds, most of which is their beginning, slow no finalist down")
    func shortTrainings() {
        let pace = Pace([
            (candidate: "a", taken: 0.2, expected: 0.004), (candidate: "b", taken: 0.3, expected: 0.01),
        ])
        #expect(pace["a"] == 1 && pace["unknown"] == 1)
    }

    @Test("A training that was known already does not make its finalist look free")
    func sharedTraining() {
        let pace = Pace([
            (candidate: "a", taken: 2, expected: 1), (candidate: "shared", taken: 0.01, expected: 1),
            (candidate: "b", taken: 2, expected: 1),
        ])
        #expect(pace["shared"] == 1)
    }
}
