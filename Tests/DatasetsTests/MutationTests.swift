import Foundation
import ReaderMutations
import Testing

@Suite("Damaged files")
struct MutationTests {
    @Test("20,000 damaged files of all formats are read or refused, never more")
    func survivesDamage() throws {
        let folder = try MutationRun.temporaryFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let run = try MutationRun(count: 20_000, seed: 1, in: folder)
        #expect(run.read > 2000 && run.refused > 5000)
    }
}
