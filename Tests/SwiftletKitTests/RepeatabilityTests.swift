import Reports
import SwiftletKit
import Synchronization
import Testing

@Suite("Repeatable jobs", .serialized)
struct RepeatabilityTests {
    private static let strategies = ["nsga2", "guided", "successive-halving"]

    private static func text(_ strategy: String) -> String {
        SmallJob.text.replacing("strategy: nsga2", with: "strategy: \(strategy)")
    }

    @Test("One and two threads make the same history and the same fronts", arguments: strategies)
    func threads(strategy: String) async throws {
        let (one, two) = (try TemporaryFolder(), try TemporaryFolder())
        try await SmallJob.run(in: one, text: Self.text(strategy), threads: 1)
        try await SmallJob.run(in: two, text: Self.text(strategy), threads: 2)
        #expect(try history(one) == history(two))
        for device in ["raspberry-pi-4", "stm32h743"] {
            #expect(try front(one, device) == front(two, device))
        }
    }

    @Test(
        "Cancelled in the middle and run again, a job ends as if never interrupted",
        arguments: [(2, "nsga2"), (8, "nsga2"), (13, "nsga2"), (10, "successive-halving")])
    func resumed(after reports: Int, strategy: String) async throws {
        let text = Self.text(strategy)
        let (whole, broken) = (try TemporaryFolder(), try TemporaryFolder())
        try await SmallJob.run(in: whole, text: text)
        await #expect(throws: CancellationError.self) {
            try await SmallJob.run(in: broken, text: text, cancelledAfter: reports)
        }
        try await SmallJob.run(in: broken, text: text)
        #expect(try history(whole) == history(broken))
        #expect(try front(whole, "stm32h743") == front(broken, "stm32h743"))
    }

    @Test("A finished job is not run again")
    func finished() async throws {
        let folder = try TemporaryFolder()
        try await SmallJob.run(in: folder)
        let before = try history(folder)
        let evaluated = Mutex(0)
        try await SmallJob.run(in: folder) { if $0.phase == "search" { evaluated.withLock { $0 += 1 } } }
        #expect(evaluated.withLock { $0 } == 0)
        #expect(try history(folder) == before)
    }

    @Test("A larger budget continues a job; any other change is refused, naming the key")
    func changed() async throws {
        let folder = try TemporaryFolder()
        try await SmallJob.run(in: folder)
        let larger = SmallJob.text.replacing("max_evaluations: 12", with: "max_evaluations: 15")
        try await SmallJob.run(in: folder, text: larger)
        #expect(try history(folder).split(separator: "\r\n").count == 16)
        let other = SmallJob.text.replacing("epochs: 1, batch: 64", with: "epochs: 2, batch: 64")
        let error = await #expect(throws: (any Error).self) {
            try await SmallJob.run(in: folder, text: other)
        }
        #expect(error.map { "\($0)".contains("training.epochs") } == true)
    }

    private func history(_ folder: TemporaryFolder) throws -> String {
        try SmallJob.review(folder).history(of: "small").text(as: .csv)
    }

    private func front(_ folder: TemporaryFolder, _ device: String) throws -> String {
        try SmallJob.review(folder).front(of: "small", on: device).json
    }
}
