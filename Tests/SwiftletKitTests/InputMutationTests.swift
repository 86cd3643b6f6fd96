import Foundation
import InputMutations
import ReaderMutations
import Testing

@Suite("Damaged inputs")
struct InputMutationTests {
    /// Data files have 20,000 of their own, in the tests of Datasets.
    @Test(
        "Damaged databases, bundles, measurements and job files are read or refused, never more",
        .timeLimit(.minutes(5)))
    func survivesDamage() async throws {
        let folder = try MutationRun.temporaryFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let seeds = try await InputSeeds(in: folder)
        let run = try InputRun(count: 600, seed: 1, seeds: seeds, in: folder)
        #expect(run.complaints == [])
        #expect(run.answered > 250 && run.refused > 250)
    }
}
