import Foundation
import Quantities
import Reports
import Testing

@Suite("Review page")
struct ReviewPageTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    @Test(
        "Every file of the page's folder is inside the binary, and nothing else (run scripts/embed-shipped)")
    func embedded() throws {
        let folder = Self.root.appending(path: "page").path(percentEncoded: false)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        #expect(ReviewPage.files.map(\.name) == names)
        for file in ReviewPage.files {
            #expect(try String(contentsOfFile: "\(folder)/\(file.name)", encoding: .utf8) == file.text)
        }
    }

    @Test("The page's modules can be joined: imports stand on one line, and no name is defined twice")
    func joined() throws {
        var names: [Substring] = []
        for file in ReviewPage.files where file.name.hasSuffix(".js") {
            for line in file.text.split(separator: "\n") {
                if line.hasPrefix("import ") { #expect(line.hasSuffix(".js';"), "\(file.name): \(line)") }
                let text = line.hasPrefix("export ") ? line.dropFirst("export ".count) : line
                if let match = text.prefixMatch(of: /(?:async )?(?:function|class|const|let) (\w+)/) {
                    names.append(match.1)
                }
            }
        }
        #expect(Dictionary(grouping: names) { $0 }.values.filter { $0.count > 1 }.isEmpty)
    }

    @Test(
        "A report survives zero, missing and huge costs, one candidate and none, and names that hold HTML",
        arguments: [[], [0], [1e300, 0, 1e-300], [nil], [1, 1, 1], [nil, 1e300]] as [[Double?]])
    func hostile(latencies: [Double?]) throws {
        var columns = CandidateColumns()
        for (index, latency) in latencies.enumerated() {
            columns.append(
                CandidateAnswer(
                    id: "\(index)", quality: QualityAnswer(value: latency), fidelity: .table,
                    costs: CostsAnswer(
                        latency: latency, latencyP10: nil, latencyP90: nil, provenance: .measured,
                        energy: nil,
                        peakRAM: nil, flash: nil, modelSize: latency == 0 ? 0 : nil),
                    macs: nil, parameters: nil, isFeasible: true, isPareto: true, isFinalist: false,
                    status: .ok, reason: nil, architecture: "</script><b>", compression: "none"),
                reason: nil, architecture: 0, compression: 0)
        }
        let name = "</script><script>alert(1)</script><!--"
        let job = JobAnswer(name: name, state: "finished", evaluations: 1, seconds: 1, hypervolume: 0)
        let review = ReviewAnswer(
            job: job, metric: "accuracy", isShare: true, isError: false,
            facts: [ReviewAnswer.Fact(name: "<i>", text: name)],
            devices: [
                DeviceReview(
                    device: name, fidelity: .table, hypervolume: 1, objectives: ["accuracy"], notes: [],
                    sentence: name, recommended: nil, baseline: nil, total: latencies.count, trace: [],
                    candidates: columns)
            ], sheets: [], architectures: ["</script><b>"], compressions: ["none"], reasons: [])
        let html = ReportPage(job: job, facts: review.facts, sections: [], review: review).html
        #expect(!html.contains("<script>alert") && !html.contains("</script><b>") && !html.contains("<i>"))
        let start = try #require(html.firstRange(of: "id=\"review-data\">")).upperBound
        let data = try #require(html[start...].firstRange(of: "</script>"))
        let decoded = try JSONDecoder().decode(
            ReviewAnswer.self, from: Data(html[start..<data.lowerBound].utf8.map { $0 }))
        #expect(decoded.job.name == name && decoded.devices[0].candidates.count == latencies.count)
    }
}
