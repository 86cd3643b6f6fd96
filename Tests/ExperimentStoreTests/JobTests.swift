import Determinism
import ExperimentStore
import Foundation
import Quantities
import Search
import Testing

@Suite("Jobs")
struct JobTests {
    private let folder: TemporaryFolder
    private let store: ExperimentStore

    init() throws {
        folder = try TemporaryFolder()
        store = try ExperimentStore(writing: folder.database)
    }

    @Test("One process at a time runs a job")
    func exclusion() throws {
        do {
            let first = try store.begin(try Sample.plan())
            #expect(throws: StoreError.jobIsRunning("digits")) { try store.begin(try Sample.plan()) }
            #expect(try first.job.state() == .running)
            _ = try store.begin(try Sample.plan("another"))
        }
        let again = try store.begin(try Sample.plan())
        #expect(try again.job.state() == .running)
    }

    @Test("A job whose process died is interrupted, not running")
    func interrupted() throws {
        _ = try store.begin(try Sample.plan())
        #expect(try store.job(named: "digits").state() == .interrupted)
    }

    @Test("Work beside the search leaves the job as it was, however it ends")
    func keepsState() throws {
        do {
            let begun = try store.begin(try Sample.plan())
            try begun.job.end(.finished, after: 1)
        }
        do { _ = try store.begin(try Sample.plan(), keepsState: true) }
        #expect(try store.job(named: "digits").state() == .finished)
    }

    @Test("Finalists that were kept before stay, behind those that a search keeps")
    func keepsFinalists() throws {
        let job = try store.begin(try Sample.plan()).job
        let candidates = try (0..<3).map { proposal in
            let evaluation = Sample.evaluation(proposal)
            try job.record(evaluation)
            return evaluation.candidate
        }
        try job.keepFinalists([candidates[0]], on: "host")
        try job.addFinalist(candidates[1], on: "host")
        try job.keepFinalists([candidates[2], candidates[0]], on: "host")
        #expect(try job.finalists(on: "host") == Set(candidates))
    }

    @Test(
        "A second training is joined to the first wherever qualities are read, and copied as it was recorded")
    func secondTraining() throws {
        let job = try store.begin(try Sample.plan()).job
        let first = Sample.evaluation(nil, candidate: "c", fidelity: .final, accuracy: 0.9)
        try job.record(first)
        #expect(try job.trainedTwice().isEmpty)
        var second = Sample.evaluation(nil, candidate: "c", fidelity: .final, accuracy: 0.8, key: "second")
        (second.rung, second.scores) = (FinalTraining.second, [])
        try job.record(second)
        #expect(try job.trainedTwice() == ["c"])
        let elsewhere = try TemporaryFolder()
        let other = try ExperimentStore(writing: elsewhere.database)
        _ = try other.merge(store)
        for job in [job, try other.job(named: "digits")] {
            let read = try job.evaluations()
            #expect(read.count == 1 && abs((read[0].quality?.accuracy ?? 0) - 0.85) < 1e-12)
            let shown = try job.candidates(on: "host").candidates
            #expect(shown.map(\.evaluation.quality?.accuracy) == read.map(\.quality?.accuracy))
            let outlines = try job.outlines(on: "host").outlines
            #expect(outlines.map { $0.value(of: .accuracy) } == read.map(\.quality?.accuracy))
            #expect(
                try job.candidates(outlines, on: "host").map(\.evaluation.quality?.accuracy)
                    == read.map(\.quality?.accuracy))
            #expect(try job.trainedTwice() == ["c"] && job.quality(forKey: "second")?.accuracy == 0.8)
        }
    }

    @Test("A changed plan is refused with the keys that differ")
    func changedPlan() throws {
        _ = try store.begin(try Sample.plan())
        let changed = try Sample.plan(keys: ["seed": "2", "training.epochs": "30", "reserve.ram": "64"])
        do {
            _ = try store.begin(changed)
            Issue.record("a changed plan was accepted")
        } catch StoreError.planChanged(let job, let keys) {
            #expect(job == "digits")
            #expect(keys.map(\.description) == ["seed was 1, now 2"])
        }
    }

    @Test("Other kernels are allowed, with a warning")
    func otherKernels() throws {
        #expect(try store.begin(try Sample.plan()).warnings.isEmpty)
        let warnings = try store.begin(try Sample.plan(kernels: "avx512vnni")).warnings
        #expect(warnings.count == 1)
        #expect(warnings.first?.contains("avx512vnni") == true)
    }

    @Test(
        "A name that would be another folder is refused",
        arguments: ["", "..", ".", "a/b", "-x", "é", "a b", "\0"])
    func names(name: String) {
        #expect(throws: StoreError.invalidJobName(name)) { try Sample.plan(name) }
    }

    @Test("Targets come back with their bounds, in order")
    func targets() throws {
        let job = try store.begin(try Sample.plan()).job
        #expect(try job.targets() == Sample.targets)
        #expect(throws: StoreError.unknownDevice("tablet", job: "digits", known: ["host", "board"])) {
            try job.target("tablet")
        }
    }

    @Test("The summary counts proposals and takes the mean hypervolume of the devices")
    func summary() throws {
        let job = try store.begin(try Sample.plan()).job
        try job.record(Sample.evaluation(0))
        try job.record(Sample.evaluation(1, accuracy: 0.9, latency: 5))
        try job.end(.finished, after: 12)
        let summary = try #require(try store.jobs().first)
        #expect(summary.state == .finished)
        #expect(summary.evaluations == 2)
        #expect(summary.seconds == 12)
        let host = Sample.targets[0].hypervolume(of: try job.evaluations())
        #expect(host > 0)
        #expect(summary.hypervolume == host / 2)
    }

    @Test("A remembered hypervolume is computed anew once evaluations or scores have changed")
    func staleSummary() throws {
        let job = try store.begin(try Sample.plan()).job
        try job.record(Sample.evaluation(0))
        try job.end(.finished, after: 1)
        let first = try job.summary().hypervolume
        try job.record(Sample.evaluation(1, accuracy: 0.99, latency: 0.5))
        let second = try job.summary().hypervolume
        #expect(second > first)
        try job.end(.finished, after: 1)
        #expect(try job.summary().hypervolume == second)
        var score = try #require(Sample.evaluation(1).score(on: "host"))
        score.latency = 50
        try job.replaceScore(score, of: Sample.evaluation(1))
        #expect(try job.summary().hypervolume < second)
    }

    @Test("Outlines, once completed, are the candidates of the device")
    func outlines() throws {
        let job = try store.begin(try Sample.plan()).job
        for proposal in [2, 0, 1] {
            try job.record(Sample.evaluation(proposal, latency: Double(3 - proposal)))
        }
        try job.record(Sample.evaluation(3, accuracy: nil))
        for device in ["host", "board"] {
            let whole = try job.candidates(on: device)
            let (fidelity, outlines) = try job.outlines(on: device)
            #expect(fidelity == whole.fidelity)
            let completed = try job.candidates(outlines, on: device)
            #expect(completed.map(\.id) == whole.candidates.map(\.id))
            #expect(completed.map(\.score) == whole.candidates.map(\.score))
            #expect(outlines.map(\.status) == whole.candidates.map(\.score.status))
            #expect(
                try job.target(device).frontIndices(of: outlines)
                    == whole.candidates.indices.filter { whole.candidates[$0].isPareto })
            #expect(
                completed.map(\.evaluation.architecture) == whole.candidates.map(\.evaluation.architecture))
            #expect(
                completed.map(\.evaluation.quality?.accuracy)
                    == whole.candidates.map(\.evaluation.quality?.accuracy))
        }
    }

    @Test("The summary of a running job, from the front of a while ago and what came since, is that of all")
    func summaryOfLongSearch() throws {
        let job = try store.begin(try Sample.plan()).job
        var random = RandomStream(seed: 4, .split, 0)
        for proposal in 0..<1100 {
            let accuracy = proposal % 50 == 7 ? nil : 0.2 + 0.7 * random.uniformDouble()
            let latency = 0.2 + 60 * random.uniformDouble()
            try job.record(Sample.evaluation(proposal, accuracy: accuracy, latency: latency))
            guard [1000, 1023, 1024, 1099].contains(proposal) else { continue }
            let whole = Sample.targets[0].hypervolume(of: try job.evaluations())
            #expect(abs(try job.summary().hypervolume - whole / 2) < 1e-12, "\(proposal)")
        }
        // A longer training takes the place of the best one, and is worse.
        let best = try #require(try job.candidates(on: "host").candidates.first { $0.isPareto })
        var longer = Sample.evaluation(1100, candidate: best.id, accuracy: 0.1, latency: 90)
        longer.rung = 1
        try job.record(longer)
        let evaluations = try job.evaluations().ofLongestTraining
        #expect(
            abs(try job.summary().hypervolume - Sample.targets[0].hypervolume(of: evaluations) / 2) < 1e-12)
    }

    @Test("Limits that change back and forth are never answered from what was remembered under others")
    func changedLimits() throws {
        let limit = try Constraint(.latency, .atMost(1))
        let job = try store.begin(try Sample.plan()).job
        try job.record(Sample.evaluation(0, latency: 2.5))
        try job.end(.finished, after: 1)
        let volume = try job.summary().hypervolume
        #expect(volume > 0)
        try store.begin(try Sample.plan(limits: [limit])).job.end(.finished, after: 1)
        #expect(try job.summary().hypervolume == 0)
        _ = try store.begin(try Sample.plan())
        #expect(try job.summary().hypervolume == volume)
    }

    @Test("A finalist knows the quality that it was compared by with inherited weights")
    func inheritedQuality() throws {
        let job = try store.begin(try Sample.plan()).job
        try job.record(Sample.evaluation(0, candidate: "ab", fidelity: .inherited, accuracy: 0.6))
        try job.record(Sample.evaluation(nil, candidate: "ab", fidelity: .final, accuracy: 0.9))
        for (fidelity, expected) in [(Fidelity.final, 0.6), (.inherited, nil)] {
            let outlines = try job.outlines(on: "host", at: fidelity).outlines
            #expect(try job.candidates(outlines, on: "host").map(\.inheritedQuality) == [expected])
        }
    }

    @Test("The front is shown at the most trusted fidelity unless another is asked for")
    func fidelity() throws {
        let job = try store.begin(try Sample.plan()).job
        for proposal in 0..<3 { try job.record(Sample.evaluation(proposal, latency: Double(3 - proposal))) }
        #expect(try job.candidates(on: "host").fidelity == .trained)
        let finalist = Sample.evaluation(nil, candidate: Sample.evaluation(1).candidate, fidelity: .final)
        try job.record(finalist)
        try job.keepFinalists([finalist.candidate], on: "host")
        let shown = try job.candidates(on: "host")
        #expect(shown.fidelity == .final)
        #expect(shown.candidates.map(\.isFinalist) == [true])
        #expect(
            try job.candidates(on: "host", at: .trained).candidates.map(\.isPareto) == [false, false, true])
        #expect(try job.candidates(on: "board").candidates.allSatisfy { !$0.isPareto && !$0.isFeasible })
    }

    @Test("A candidate is found by the beginning of its id")
    func prefixes() throws {
        let job = try store.begin(try Sample.plan()).job
        try job.record(Sample.evaluation(0, candidate: "abc1"))
        try job.record(Sample.evaluation(1, candidate: "abd2"))
        #expect(try job.evaluations(ofCandidate: "ABD").map(\.candidate) == ["abd2"])
        #expect(throws: StoreError.ambiguousCandidate("ab", matches: ["abc1", "abd2"])) {
            try job.evaluations(ofCandidate: "ab")
        }
        for unknown in ["ff", "", "%", "abc1'"] {
            #expect(throws: StoreError.unknownCandidate(unknown, job: "digits")) {
                try job.evaluations(ofCandidate: unknown)
            }
        }
    }

    @Test("Host timings are kept as first measured")
    func hostTimings() throws {
        let job = try store.begin(try Sample.plan()).job
        try job.keepHostTimings([HostTiming(name: "a", median: 1, p10: 0.9, p90: 1.1)], on: Sample.machine)
        try job.keepHostTimings([HostTiming(name: "a", median: 2, p10: 2, p90: 2)], on: Sample.machine)
        #expect(try job.hostTimings() == [HostTiming(name: "a", median: 1, p10: 0.9, p90: 1.1)])
        #expect(try job.hostMachines() == [Sample.machine])
    }

    @Test("Every machine that a job was timed on is kept once, and goes along when it is merged")
    func hostMachines() throws {
        let job = try store.begin(try Sample.plan()).job
        let other = HostMachine(processor: "another", kernelSet: "neon", threads: 1, governor: "unknown")
        for machine in [Sample.machine, other, Sample.machine] { try job.keep(machine) }
        #expect(try Set(job.hostMachines()) == [Sample.machine, other])
        let all = try ExperimentStore(writing: folder.path + "/all.sqlite")
        for _ in 0..<2 { _ = try all.merge(store) }
        #expect(try all.job(named: "digits").hostMachines() == job.hostMachines())
    }

    @Test("A finished search is priced on one more device")
    func rescore() throws {
        let job = try store.begin(try Sample.plan()).job
        for proposal in 0..<3 { try job.record(Sample.evaluation(proposal)) }
        let phone = Target(device: "phone", objectives: Sample.targets[0].objectives)
        for _ in 0..<2 {
            try job.rescore(phone, on: Sample.profile("phone")) { _ in Score(device: "phone", latency: 4) }
        }
        #expect(try job.targets().map(\.device) == ["host", "board", "phone"])
        #expect(try job.evaluations().allSatisfy { $0.scores.map(\.device) == ["host", "board", "phone"] })
        #expect(try job.notes(on: "phone") == ["phone joined the job later: it did not guide the search"])
    }

    @Test("Scores belong to the content of a profile: a rescore shows others, and the search keeps its own")
    func profiles() throws {
        let job = try store.begin(try Sample.plan()).job
        try job.record(Sample.evaluation(0))
        let before = try job.proposedEvaluations()
        for content in ["one", "two"] {
            try job.rescore(Sample.targets[0], on: Sample.profile("host", content: content)) { _ in
                Score(device: "host", latency: content == "one" ? 4 : 5)
            }
        }
        #expect(try job.evaluations()[0].score(on: "host")?.latency == 5)
        #expect(try job.proposedEvaluations() == before)
        #expect(try job.notes(on: "host").count == 2)
        _ = try store.begin(try Sample.plan())
        #expect(try job.evaluations()[0].score(on: "host")?.latency == before[0].score(on: "host")?.latency)
    }

    @Test("Devices and limits may change; the search stays guided by the old ones")
    func guidance() throws {
        let keys = ["seed": "1", "devices.0": "host", "constraints": "[]"]
        do { _ = try store.begin(try Sample.plan(keys: keys)) }
        let changed = keys.merging(["constraints": "[12]"]) { _, new in new }
        let begun = try store.begin(try Sample.plan(keys: changed))
        #expect(begun.guidedOtherwise.map(\.key) == ["constraints"])
        #expect(try begun.job.guide().keys == keys)
    }

    @Test("A copy takes another guide once, and drops what it found under the first")
    func copies() throws {
        let job = try store.begin(try Sample.plan()).job
        try job.record(Sample.evaluation(0))
        try store.copy("digits", to: "second")
        let copy = try store.job(named: "second")
        #expect(try copy.evaluations() == job.evaluations())
        let keys = ["seed": "2", "training.epochs": "30"]
        do { _ = try store.begin(try Sample.plan("second", keys: keys)) }
        #expect(try copy.evaluations().isEmpty && copy.guide().keys == keys)
        #expect(throws: StoreError.self) {
            try store.begin(try Sample.plan("second", keys: ["seed": "3", "training.epochs": "30"]))
        }
    }

    @Test("A renamed job keeps its files; a deleted one leaves none; names that exist are refused")
    func management() throws {
        do {
            let job = try store.begin(try Sample.plan()).job
            try job.record(Sample.evaluation(0, fidelity: .final), keeping: [CandidateFile(.model, [1, 2])])
        }
        try store.rename("digits", to: "numbers")
        let candidate = Sample.evaluation(0).candidate
        #expect(try store.job(named: "numbers").contents(of: .model, ofCandidate: candidate) == [1, 2])
        #expect(throws: StoreError.jobExists("numbers")) { try store.copy("numbers", to: "numbers") }
        let path = try store.job(named: "numbers").folder
        try store.delete("numbers")
        #expect(try store.jobNames().isEmpty && !FileManager.default.fileExists(atPath: path))
    }

    @Test(
        "A folder with files of others is no job's, and what others put into a job's folder outlives the job")
    func foldersOfOthers() throws {
        let files = FileManager.default
        let taken = store.folder(of: "pictures")
        try files.createDirectory(atPath: "\(taken)/cats", withIntermediateDirectories: true)
        #expect(throws: StoreError.folderIsTaken(path: taken, job: "pictures", by: "cats")) {
            try store.begin(try Sample.plan("pictures"))
        }
        #expect(try files.contentsOfDirectory(atPath: taken) == ["cats"])
        #expect(try store.jobNames().isEmpty)
        let models = store.folder(of: "networks")
        try files.createDirectory(atPath: "\(models)/models", withIntermediateDirectories: true)
        #expect(throws: StoreError.folderIsTaken(path: models, job: "networks", by: "models")) {
            try store.begin(try Sample.plan("networks"))
        }
        let folder = try store.begin(try Sample.plan("numbers")).job.folder
        try Data("mine".utf8).write(to: URL(filePath: "\(folder)/notes.txt"))
        try Data("mine".utf8).write(to: URL(filePath: "\(folder)/sketch.tmp"))
        #expect(throws: StoreError.folderIsTaken(path: folder, job: "numbers", by: "notes.txt")) {
            try store.rename("numbers", to: "counts")
        }
        _ = try store.begin(try Sample.plan("numbers"))
        try store.delete("numbers")
        #expect(try files.contentsOfDirectory(atPath: folder).sorted() == ["notes.txt", "sketch.tmp"])
        #expect(try store.jobNames().isEmpty)
    }

    @Test("Artefacts are rows about whole files")
    func artefacts() throws {
        let job = try store.begin(try Sample.plan()).job
        try job.keep(Artefact(path: "supernet/10.bin", kind: "checkpoint", sha256: "00"))
        try job.keep(Artefact(path: "supernet/10.bin", kind: "checkpoint", sha256: "01"))
        #expect(try job.artefacts().map(\.sha256) == ["01"])
    }

    @Test("A backup holds everything, and does not overwrite")
    func backup() throws {
        let job = try store.begin(try Sample.plan()).job
        for proposal in 0..<3 { try job.record(Sample.evaluation(proposal)) }
        let copy = folder.path + "/backup.sqlite"
        try store.backup(to: copy)
        #expect(try ExperimentStore(reading: copy).job(named: "digits").evaluations() == job.evaluations())
        #expect(throws: StoreError.exists(path: copy)) { try store.backup(to: copy) }
    }

    @Test("Merging adds unknown jobs and missing evaluations, and refuses another plan of the same name")
    func merge() throws {
        let job = try store.begin(try Sample.plan()).job
        try job.record(Sample.evaluation(0))
        let other = try ExperimentStore(writing: folder.path + "/other.sqlite")
        let same = try other.begin(try Sample.plan()).job
        for proposal in 0..<3 { try same.record(Sample.evaluation(proposal)) }
        try other.begin(try Sample.plan("speech")).job.record(Sample.evaluation(0))
        #expect(try store.merge(other) == ["digits", "speech"])
        #expect(try job.evaluations() == same.evaluations())
        #expect(try store.jobNames() == ["digits", "speech"])

        // A folder of the user's keeps what it has, and nothing else comes into it.
        let files = FileManager.default
        try files.createDirectory(atPath: folder.path + "/elsewhere", withIntermediateDirectories: true)
        let fourth = try ExperimentStore(writing: folder.path + "/elsewhere/fourth.sqlite")
        _ = try fourth.begin(try Sample.plan("pictures"))
        let taken = store.folder(of: "pictures")
        try files.createDirectory(atPath: "\(taken)/cats", withIntermediateDirectories: true)
        #expect(throws: StoreError.folderIsTaken(path: taken, job: "pictures", by: "cats")) {
            try store.merge(fourth)
        }
        #expect(try files.contentsOfDirectory(atPath: taken) == ["cats"])
        #expect(try store.jobNames() == ["digits", "speech"])
        try files.removeItem(atPath: taken)
        #expect(try store.merge(fourth) == ["pictures"])
        try store.delete("pictures")

        let third = try ExperimentStore(writing: folder.path + "/third.sqlite")
        _ = try third.begin(try Sample.plan("new"))
        _ = try third.begin(try Sample.plan(keys: ["seed": "5"]))
        #expect(throws: StoreError.self) { try store.merge(third) }
        #expect(try store.jobNames() == ["digits", "speech"])
    }
}
