import Candidates
import Datasets
import Jobs
import Quantities
import Runners
import Search
import SearchSpaces
import Testing

/// Text of a job file and what is made of it.
enum JobText {
    static let small = """
        version: 1
        name: small
        dataset: {source: digits, validation: 0.2, test: 0.2, split_seed: 7}
        space: tiny-image
        compression: {precision: [float32, int8], pruning: [none, structured(0.5)], recipe: [plain]}
        devices: [host-cpu, stm32h743]
        training: {epochs: 1, batch: 64}
        search: {max_evaluations: 4, batch: 2, seed: 3}
        finalists: {per_device: 1, epochs: 1}
        """

    static func resolved(_ text: String = small) throws -> ResolvedJob {
        try ResolvedJob(JobFile(parsing: text, file: "job.yaml"))
    }
}

@Suite("Job files")
struct JobFileTests {
    @Test(
        "Devices with one weight scale a tensor get int8 weights of that kind, unless the file names its own",
        arguments: [
            ("stm32h743", "", ["float32", "int8"]),
            ("stm32h743, stm32mp257-npu", "", ["float32", "int8", "int8(per-tensor)"]),
            ("stm32mp257-npu", "", ["float32", "int8(per-tensor)"]),
            ("stm32mp257-npu", "compression: {precision: [int8]}", ["int8"]),
            (
                "stm32h743", "compression: {precision: ['int8(per-tensor)', int8]}",
                ["int8", "int8(per-tensor)"]
            ),
        ])
    func weightScales(devices: String, section: String, precisions: [String]) throws {
        let job = try JobText.resolved(
            "version: 1\nname: a\ndataset: {source: digits}\nspace: tiny-image\ndevices: [\(devices)]\n\(section)"
        )
        let found = job.space.dimensions.first { $0.name == "compression.precision" }?.options
        #expect((found ?? job.space.fixedCompression) == precisions)
    }

    @Test("Keys that are left out have their defaults")
    func defaults() throws {
        let job = try JobText.resolved(
            "{version: 1, name: a, dataset: {source: digits}, space: tiny-image, devices: [stm32h743]}")
        #expect(job.objectives == [.accuracy, .latency])
        #expect(job.search.strategy == .guided && job.search.maxEvaluations == 100 && job.search.batch == 10)
        #expect(job.search.maxSeconds == nil && job.seed == 1 && !job.search.usesHostTimes)
        #expect(job.searchSettings.epochs == 5 && job.searchSettings.batch == 128)
        #expect(job.finalSettings.epochs == 20 && job.finalists.choice == .perDevice(12))
        #expect(job.finalists.maximumDrop == nil && job.weights == .scratch)
    }

    @Test("max_drop is read as percentage points and kept as a share")
    func maximumDrop() throws {
        let text = JobText.small.replacing("compression: {", with: "compression: {max_drop: 0.5, ")
        #expect(try JobText.resolved(text).finalists.maximumDrop == 0.005)
    }

    @Test("Where every candidate is trained to the end, the search trains as finalists are")
    func everyone() throws {
        let text = JobText.small.replacing("per_device: 1, epochs: 1", with: "per_device: all, epochs: 2")
        let job = try JobText.resolved(text)
        #expect(job.searchSettings == job.finalSettings && job.searchSettings.epochs == 2)
    }

    @Test("A device may have a command that times it; its name stays the device's")
    func runners() throws {
        let text = JobText.small.replacing(
            "stm32h743]", with: "{name: stm32h743, runner: 'flash {model}', timeout: 30}]")
        let job = try JobText.resolved(text)
        #expect(job.devices == ["host-cpu", "stm32h743"])
        #expect(job.runners["stm32h743"]?.command == "flash {model}")
        #expect(job.runners["stm32h743"]?.secondsAllowed == 30)
    }

    @Test("What a front-end takes on a microcontroller is not left to the network there")
    func frontEndCountsAgainstLimits() throws {
        let text =
            JobText.small
            + "\nconstraints: [{metric: latency_ms, at_most: 30ms}, {metric: model_bytes, at_most: 99KiB}, "
            + "{metric: peak_ram_bytes, at_most: 64KiB, device: stm32h743}]"
        let job = try JobText.resolved(text)
        #expect(job.limits(beside: nil) == job.constraints)
        let work = try LogMelExtractor(LogMel(), sampleRate: 16_000, file: "a").work
        let cost = try #require(job.frontEnds(of: work).first)
        let limits = job.limits(beside: work)
        #expect(limits.map(\.device) == ["host-cpu", "stm32h743", nil, "stm32h743"])
        #expect(limits[0].bound == .atMost(30) && limits[1].bound == .atMost(30 - cost.latency))
        #expect(limits[2] == job.constraints[1])
        #expect(limits[3].bound == .atMost(Double(64 * 1024 - work.ramBytes)))
    }

    @Test("How samples vary and what is dropped is read, in the training's keys")
    func trainingNoise() throws {
        let text = JobText.small.replacing(
            "training: {", with: "training: {dropout: 0.2, augmentation: ['mixup(0.4)', 'cut_out(3)'], ")
        let job = try JobText.resolved(text)
        #expect(job.searchSettings.dropout == 0.2 && job.finalSettings.dropout == 0.2)
        guard case .samples(let source) = job.data else {
            Issue.record("no samples")
            return
        }
        #expect(source.augmentation.mixUp == 0.4 && source.augmentation.cutOut == 3)
    }

    @Test(
        "A mistake is named with line, key and cure",
        arguments: [
            (
                "devices: [host-cpu, stm32h743]", "divices: [stm32h743]",
                "job.yaml:6: unknown key 'divices'; did you mean 'devices'?"
            ),
            (
                "stm32h743]", "{name: stm32h743, runner: flash it}]",
                "job.yaml:6: devices[1].runner: the runner 'flash it' does not say where the model goes; "
                    + "write {model} there"
            ),
            (
                "[host-cpu,", "[{name: host-cpu, runner: 'time {model}'},",
                "job.yaml:6: devices[0].name: host-cpu is timed by this program's own engine; a runner needs "
                    + "the profile of its runtime"
            ),
            ("batch: 2", "batch: 0", "job.yaml:8: search.batch: expected a number from 1 to 1000, got 0"),
            ("seed: 3", "sed: 3", "job.yaml:8: search: unknown key 'sed'; did you mean 'seed'?"),
            ("source: digits", "source: digit", "job.yaml:3: dataset.source: expected one of"),
            ("epochs: 1, batch: 64", "epochs: none", "job.yaml:7: training.epochs: expected a number"),
            (
                "per_device: 1", "per_device: many",
                "job.yaml:9: finalists.per_device: expected a whole number"
            ),
        ])
    func mistakes(present: String, mistake: String, says: String) {
        let error = #expect(throws: (any Error).self) {
            try JobText.resolved(JobText.small.replacing(present, with: mistake))
        }
        #expect(error.map { "\($0)".hasPrefix(says) } == true, "\(error.map { "\($0)" } ?? "")")
    }
}
