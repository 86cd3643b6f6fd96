import Foundation
import Quantities
import Reports
import SwiftletKit
import Synchronization
import Testing

/// Warnings that a run gave.
final class Warnings: Sendable {
    private let all = Mutex<[String]>([])
    var texts: [String] { all.withLock { $0 } }
    func note(_ progress: JobProgress) {
        if progress.phase == "warning" { all.withLock { $0.append(progress.text) } }
    }
}

@Suite("Accuracy control in a job", .serialized)
struct AccuracyControlTests {
    /// int8 of the given model, judged so strictly that no loss at all is accepted, or so mildly that all is.
    private func finals(maximumDrop: String) async throws -> [CandidateAnswer] {
        let folder = try TemporaryFolder()
        let text = GivenModelTests.text
            .replacing("precision: [float32, int8]", with: "precision: [int8], max_drop: \(maximumDrop)")
            .replacing("pruning: [none, structured(0.5)]", with: "pruning: [structured(0.5)]")
            .replacing("recipe: [plain, distilled]", with: "recipe: [plain]")
            .replacing("finalists: {per_device: 2", with: "finalists: {per_device: 1")
        try await SmallJob.run(in: folder, text: text)
        return try SmallJob.candidates(in: folder, of: "given", on: "stm32h743", at: .final)
    }

    @Test("A drop that is small enough changes nothing")
    func within() async throws {
        let rows = try await finals(maximumDrop: "100")
        #expect(rows.map(\.compression) == ["structured(0.5)>int8"])
        #expect(rows.allSatisfy { $0.reason == nil })
    }

    @Test("A drop that cannot be met keeps layers in float32, prices them, and says it falls short")
    func short() async throws {
        let rows = try await finals(maximumDrop: "0")
        #expect(rows.count == 1)
        for row in rows {
            if row.compression.contains("float32") {
                #expect(row.isFinalist)
            } else {
                #expect(row.quality.value != nil)
            }
        }
    }
}
