import Foundation
import Kernels
import ModelGraph
import Quantities
import SwiftletKit
import Testing

/// The keys that scripts rely on; docs of the command line list them.
@Suite("Answers")
struct AnswerTests {
    static let candidateKeys = [
        "id", "accuracy", "accuracy_se", "fidelity", "test_accuracy", "test_accuracy_se", "latency_ms",
        "latency_ms_p10", "latency_ms_p90", "provenance", "energy_mj", "peak_ram_bytes", "flash_bytes",
        "model_bytes",
        "macs", "parameters", "is_feasible", "is_pareto", "is_finalist", "status", "reason", "architecture",
        "compression",
    ]

    private func object(_ answer: Answer) throws -> [String: Any] {
        let value = try JSONSerialization.jsonObject(with: Data(answer.text(as: .json).utf8))
        return try #require(value as? [String: Any])
    }

    @Test("Every answer about a job has the documented keys")
    func keys() async throws {
        let folder = try TemporaryFolder()
        try await SmallJob.run(in: folder)
        let review = try SmallJob.review(folder)

        let jobs = try #require(try object(review.jobs())["jobs"] as? [[String: Any]])
        #expect(Set(jobs[0].keys) == ["name", "state", "evaluations", "seconds", "hypervolume"])
        #expect(jobs[0]["state"] as? String == "finished")

        let front = try object(
            review.front(job: "small", device: "stm32h743", fidelity: nil, includesAll: true, plots: false))
        #expect(
            Set(front.keys) == [
                "job", "device", "fidelity", "metric", "reference", "hypervolume", "candidates",
            ])
        let candidates = try #require(front["candidates"] as? [[String: Any]])
        #expect(Set(try #require(candidates.first).keys) == Set(Self.candidateKeys))

        let request = SelectRequest(limits: [], confidence: nil, preference: "knee")
        let selection = try object(review.select(job: "small", device: "stm32h743", request))
        #expect(
            Set(selection.keys) == ["job", "device", "candidate", "why", "runner_up", "nearest", "blocking"])

        let id = try #require(candidates.first?["id"] as? String)
        let shown = try object(review.show(job: "small", candidate: id, device: nil, layers: false))
        let machines = try #require(shown["host_machines"] as? [[String: Any]])
        #expect(machines.map { Set($0.keys) } == [["cpu", "kernel_set", "threads", "governor"]])
        #expect(machines.first?["kernel_set"] as? String == KernelSet.best.name)
        #expect(machines.first?["threads"] as? Int == 1)

        let header = try review.history(job: "small").text(as: .csv).prefix { $0 != "\r\n" }
        #expect(
            header.split(separator: ",").map(String.init) == [
                "evaluation", "candidate", "fidelity", "architecture", "compression", "accuracy",
                "accuracy_se",
                "model_bytes", "host-cpu:model_bytes", "raspberry-pi-4:latency_ms",
                "raspberry-pi-4:model_bytes",
                "stm32h743:latency_ms", "stm32h743:model_bytes", "raspberry-pi-4:hypervolume",
                "stm32h743:hypervolume",
            ])
    }

    @Test("A candidate's sheet says which passes of the engine ran on it")
    func passes() async throws {
        let folder = try TemporaryFolder()
        try await SmallJob.run(in: folder)
        let review = try SmallJob.review(folder)
        let front = try object(
            review.front(job: "small", device: "host-cpu", fidelity: nil, includesAll: true, plots: false))
        let candidates = try #require(front["candidates"] as? [[String: Any]])
        let id = try #require(candidates.first?["id"] as? String)
        let answer = try review.show(job: "small", candidate: id, device: nil, layers: false, passes: true)
        let passes = try #require(try object(answer)["passes"] as? [[String: Any]])
        #expect(passes.map { $0["pass"] as? String } == GraphPass.allCases.map(\.rawValue))
        #expect(passes.contains { $0["ran"] as? Bool == true })
        // Nothing in this space is without effect, so there is nothing to remove.
        let idle = passes.filter { $0["ran"] as? Bool == false }
        let names = idle.compactMap { $0["pass"] as? String }
        #expect(names.contains("move transposes") && names.contains("run chains by strips"))
        #expect(!idle.isEmpty && idle.allSatisfy { $0["kernels_saved"] as? Int == 0 })
        #expect(answer.table.contains("nothing to do"))
    }

    @Test("What a device cannot have at all has no sizes there, and the reason stands in place of an account")
    func unknownSizes() async throws {
        let folder = try TemporaryFolder()
        let text = GivenModelTests.text.replacing("[float32, int8]", with: "[binary], precision_per: model")
            .replacing(
                "pruning: [none, structured(0.5)], recipe: [plain, distilled]", with: "pruning: [none]"
            )
            .replacing("[raspberry-pi-4, stm32h743]", with: "[host-cpu, stm32h743]")
            .replacing("epochs: 1", with: "epochs: 0.1")
        try await SmallJob.run(in: folder, text: text)
        let review = try SmallJob.review(folder)
        let row = try #require(
            review.front(
                job: "given", device: "stm32h743", fidelity: "final", includesAll: true, plots: false
            ).rows.first)
        #expect(row["status"] == .text("not_exportable"))
        for key in ["latency_ms", "peak_ram_bytes", "flash_bytes", "model_bytes"] {
            #expect(row[key] == .unknown, "\(key)")
        }
        guard case .text(let id)? = row["id"] else { return }
        let shown = try object(review.show(job: "given", candidate: id, device: nil, layers: false))
        let accounts = try #require(shown["accounts"] as? [[String: Any]])
        let board = try #require(accounts.first { $0["device"] as? String == "stm32h743" })
        #expect(board["effective_macs"] is NSNull)
        #expect((board["differences"] as? [String])?.first?.contains("cannot hold binary") == true)
    }

    @Test("A limit that nothing keeps ends with status 3, the nearest candidates and what stands in the way")
    func nothingFeasible() async throws {
        let folder = try TemporaryFolder()
        try await SmallJob.run(in: folder)
        let request = SelectRequest(
            limits: [("--max-latency", "latency_ms", "1us")], confidence: nil, preference: "accuracy")
        let answer = try SmallJob.review(folder).select(job: "small", device: "stm32h743", request)
        #expect(answer.status == .infeasible)
        let selection = try object(answer)
        #expect(selection["candidate"] is NSNull)
        #expect(try #require(selection["nearest"] as? [Any]).isEmpty == false)
        #expect((selection["blocking"] as? String)?.isEmpty == false)
    }

    @Test("Devices and spaces are listed with the documented keys")
    func catalogues() throws {
        let devices = try #require(try object(DeviceCommands.list())["devices"] as? [[String: Any]])
        #expect(devices.allSatisfy { Set($0.keys) == ["name", "title", "kind", "runtime"] })
        let names = Set(devices.compactMap { $0["name"] as? String })
        #expect(
            names.isSuperset(of: ["host-cpu", "raspberry-pi-4", "jetson-nano", "coral-edge-tpu", "stm32h743"])
        )
        #expect(try SpaceCommands.count("nas-bench-201").text(as: .table) == "15625\n")
    }
}
