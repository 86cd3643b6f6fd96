import ExperimentStore
import Foundation
import Quantities
import Search
import Testing

@Suite("Measurements from devices")
struct MeasurementTests {
    private let folder: TemporaryFolder
    private let store: ExperimentStore
    private let job: JobStore
    private let candidate = "abc1"

    init() throws {
        folder = try TemporaryFolder()
        store = try ExperimentStore(writing: folder.database)
        job = try store.begin(try Sample.plan(limits: [try Constraint(.latency, .atMost(5))])).job
        try job.record(Sample.evaluation(0, candidate: candidate))
        try job.record(Sample.evaluation(nil, candidate: candidate, fidelity: .final))
    }

    private func measurement(
        _ latency: Double = 4, on device: String = "host", status: Status = .ok
    ) -> DeviceMeasurement {
        DeviceMeasurement(
            device: device, candidate: candidate,
            cost: MeasuredCost(
                latency: latency, latencyP10: latency - 1, latencyP90: latency + 1, energy: 7, repeats: 3),
            source: "times.csv", status: status, reason: status == .ok ? nil : "too slow")
    }

    private func score(_ fidelity: Fidelity, on device: String = "host") throws -> Score? {
        try job.evaluations().at(fidelity).first?.score(on: device)
    }

    @Test("A finalist is shown as measured, with its interval; its other costs and fidelities stay")
    func shown() throws {
        let before = try #require(try score(.final))
        try job.keep([measurement()])
        let after = try #require(try score(.final))
        #expect([after.latency, after.latencyP10, after.latencyP90, after.energy] == [4, 3, 5, 7])
        #expect(after.provenance == .measured)
        #expect(after.peakRAM == before.peakRAM && after.modelSize == before.modelSize)
        #expect(try score(.trained)?.latency == 2.5)
        #expect(try job.evaluations(ofCandidate: candidate).first?.score(on: "host") == after)
        #expect(try job.candidates(on: "host").candidates.map(\.score) == [after])
    }

    @Test("A search that goes on reads what was predicted")
    func hiddenFromSearch() throws {
        let before = try job.proposedEvaluations()
        try job.keep([measurement()])
        #expect(try job.proposedEvaluations() == before)
    }

    @Test("A limit that is broken makes the finalist infeasible; newer times replace older ones")
    func replaced() throws {
        try job.keep([measurement(9, status: .constraint)])
        #expect(try score(.final)?.status == .constraint)
        #expect(try score(.final)?.reason?.hasPrefix("latency_ms at most 5") == true)
        try job.keep([measurement(2)])
        #expect(try score(.final)?.status == .ok)
        #expect(try job.measurements() == [measurement(2)])
    }

    @Test("What a device cannot run stays so, whatever a file says")
    func unsupported() throws {
        try job.keep([measurement(on: "board")])
        #expect(try score(.final, on: "board")?.status == .unsupported)
    }

    @Test("One measurement that cannot be kept keeps the others out too")
    func atomic() throws {
        let stranger = DeviceMeasurement(
            device: "host", candidate: "nobody", cost: measurement().cost, source: "times.csv", status: .ok,
            reason: nil)
        #expect(throws: (any Error).self) { try job.keep([measurement(), stranger]) }
        #expect(try job.measurements().isEmpty)
    }

    @Test("Measurements survive a new price of their device, and go along when the job is merged")
    func lasting() throws {
        try job.keep([measurement()])
        try job.rescore(Sample.targets[0], on: Sample.profile("host")) { _ in
            Score(device: "host", latency: 1, peakRAM: 5)
        }
        #expect(try score(.final)?.latency == 4)
        #expect(try score(.final)?.peakRAM == 5)
        #expect(try score(.trained)?.latency == 1)
        let all = try ExperimentStore(writing: folder.path + "/all.sqlite")
        for _ in 0..<2 { _ = try all.merge(store) }
        let merged = try all.job(named: "digits")
        #expect(try merged.measurements() == [measurement()])
        #expect(try merged.evaluations() == job.evaluations())
        #expect(try merged.proposedEvaluations() == job.proposedEvaluations())
    }
}
