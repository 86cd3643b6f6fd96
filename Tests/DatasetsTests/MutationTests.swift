import Foundation
import ReaderMutations
import Testing

@Suite("Damaged files")
struct MutationTests {
    @Test("20,000 damaged files of all formats are read or refused, never more")
    func survivesDamage() throws {
        try withFolder([:]) { folder in
            let run = try MutationRun(count: 20_000, seed: 1, in: folder)
            #expect(run.read + run.refused == 20_000 && run.refused > 5000)
        }
    }
}
