import Foundation
import Kernels
import ModelGraph
import Quantities
import Reports
import Search
import SwiftletKit
import Testing

/// The keys that scripts rely on; docs of the command line list them.
@Suite("Answers")
struct AnswerTests {
    static let candidateKeys = [
        "id", "accuracy", "accuracy_se", "fidelity", "test_accuracy", "test_accuracy_se", "latency_ms",
        "latency_ms_p10", "latency_ms_p90", "provenance", "energy_mj", "peak_ram_bytes", "flash_bytes",
        "model_bytes", "macs", "parameters", "is_feasible", "is_pareto", "is_finalist", "status", "reason",
        "architecture", "compression", "inherited_accuracy", "quality", "quality_se", "test_quality",
        "test_quality_se", "inherited_quality",
    ]

    private func object(_ answer: some Answer) throws -> [String: Any] {
        let value = try JSONSerialization.jsonObject(with: Data(answer.json.utf8))
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

        let front = try object(review.front(of: "small", on: "stm32h743", includesAll: true))
        #expect(
            Set(front.keys) == [
                "job", "device", "fidelity", "metric", "reference", "hypervolume", "candidates",
            ])
        let candidates = try #require(front["candidates"] as? [[String: Any]])
        #expect(Set(try #require(candidates.first).keys) == Set(Self.candidateKeys))

        let selection = try object(
            review.selection(of: "small", for: "stm32h743", SelectRequest(preference: .knee)))
        #expect(
            Set(selection.keys) == ["job", "device", "candidate", "why", "runner_up", "nearest", "blocking"])

        let id = try #require(candidates.first?["id"] as? String)
        let shown = try object(review.candidate(id, of: "small"))
        let machines = try #require(shown["host_machines"] as? [[String: Any]])
        #expect(machines.map { Set($0.keys) } == [["cpu", "kernel_set", "threads", "governor"]])
        #expect(machines.first?["kernel_set"] as? String == KernelSet.best.name)
        #expect(machines.first?["threads"] as? Int == 1)

        let header = try review.history(of: "small").text(as: .csv).prefix { $0 != "\r\n" }
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

    @Test("What is encoded is decoded again, and pages put together are the whole list")
    func roundTrip() async throws {
        let folder = try TemporaryFolder()
        try await SmallJob.run(in: folder)
        let review = try SmallJob.review(folder)
        func decoded<Value: Answer>(_ answer: Value) throws -> Value {
            try JSONDecoder().decode(Value.self, from: Data(answer.json.utf8))
        }
        let jobs = try review.jobs()
        #expect(try decoded(jobs) == jobs)
        let fronts = try review.fronts(of: "small", includesAll: true)
        #expect(try decoded(fronts) == fronts)
        let selections = try review.selections(of: "small")
        #expect(try decoded(selections) == selections)
        let sheet = try review.candidate(fronts.fronts[0].candidates[0].id, of: "small")
        #expect(try decoded(sheet).devices == sheet.devices)

        let whole = try review.history(of: "small")
        #expect(try decoded(whole).evaluations.map(\.candidate) == whole.evaluations.map(\.candidate))
        var parts: [EvaluationAnswer] = []
        var page = Page(limit: 5)
        repeat {
            let answer = try review.history(of: "small", page: page)
            #expect(answer.evaluations.count <= 5)
            parts += answer.evaluations
            page.cursor = answer.next
        } while page.cursor != nil
        #expect(parts == whole.evaluations)
        #expect(throws: KitError.self) { try review.history(of: "small", page: Page(cursor: "x")) }
    }

    @Test("A candidate's sheet says which passes of the engine ran on it")
    func passes() async throws {
        let folder = try TemporaryFolder()
        try await SmallJob.run(in: folder)
        let id = try #require(try SmallJob.candidates(in: folder, on: "host-cpu").first?.id)
        let sheet = try SmallJob.review(folder).candidate(id, of: "small", hasPasses: true)
        let passes = try #require(sheet.passes?.passes)
        #expect(passes.map(\.name) == GraphPass.allCases.map(\.rawValue))
        #expect(passes.contains { $0.ran })
        // Nothing in this space is without effect, so there is nothing to remove.
        let idle = passes.filter { !$0.ran }
        #expect(idle.map(\.name).contains("move transposes"))
        #expect(idle.map(\.name).contains("run chains by strips"))
        #expect(idle.allSatisfy { $0.kernelsSaved == 0 })
        #expect(try sheet.table(TableStyle()).contains("nothing to do"))
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
        let candidate = try #require(
            try SmallJob.candidates(in: folder, of: "given", on: "stm32h743", at: .final).first)
        #expect(candidate.status == .notExportable)
        let costs = candidate.costs
        #expect(costs.latency == nil && costs.peakRAM == nil && costs.flash == nil && costs.modelSize == nil)
        let shown = try SmallJob.review(folder).candidate(candidate.id, of: "given")
        let board = try #require(shown.accounts.first { $0.device == "stm32h743" })
        #expect(board.effectiveMACs == nil)
        #expect(board.differences.first?.contains("cannot hold binary") == true)
        let accounts = try #require(try object(shown)["accounts"] as? [[String: Any]])
        #expect(accounts.contains { $0["effective_macs"] is NSNull })
    }

    @Test("A limit that nothing keeps ends with the nearest candidates and what stands in the way")
    func nothingFeasible() async throws {
        let folder = try TemporaryFolder()
        try await SmallJob.run(in: folder)
        let request = SelectRequest(limits: [SelectRequest.Limit(.latency, 0.001)])
        let answer = try SmallJob.review(folder).selection(of: "small", for: "stm32h743", request)
        #expect(answer.candidate == nil && !answer.nearest.isEmpty && answer.blocking?.isEmpty == false)
        #expect(try object(answer)["candidate"] is NSNull)
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
