import Foundation
import Quantities
import Reports
import Testing

@Suite("Tables")
struct TableTests {
    private static func candidate(
        _ id: String, quality: Double? = 0.9704, latency: Double? = 0.0928, size: Int? = 17_300,
        compression: String = "structured(0.5)>int8"
    ) -> CandidateAnswer {
        CandidateAnswer(
            id: id, quality: QualityAnswer(value: quality, standardError: 0.0103, test: 0.9667),
            fidelity: .final,
            costs: CostsAnswer(
                latency: latency, latencyP10: latency.map { $0 * 0.8 }, latencyP90: latency.map { $0 * 1.25 },
                provenance: .calibrated, energy: latency.map { $0 * 4 }, peakRAM: 6_294_016, flash: 4_211_624,
                modelSize: size),
            macs: 170_880, parameters: 31_940, isFeasible: true, isPareto: true, isFinalist: true,
            status: .ok,
            reason: nil,
            architecture: "stem_k3_s1_w24|inverted_k5_e2_w8_d2|conv_k5_w32_d1|inverted_k5_e2_w24_d1|head_w0",
            compression: compression)
    }

    private static func front(_ candidates: [CandidateAnswer], plots: Bool = false) -> FrontAnswer {
        let points = candidates.compactMap { candidate -> FrontPicture.Point? in
            guard let cost = candidate.costs.latency, let quality = candidate.quality.value else {
                return nil
            }
            return FrontPicture.Point(cost: cost, quality: quality, isOnFront: true, label: candidate.id)
        }
        return FrontAnswer(
            job: "job", device: "raspberry-pi-4", fidelity: .final, metric: "accuracy",
            reference: [1.1, 1.1], hypervolume: 0.7, candidates: candidates,
            picture: plots
                ? FrontPicture(title: "accuracy over latency", cost: .latency, points: points) : nil)
    }

    private let candidates = [
        candidate("31ccfc37024b8e64"), candidate("76f9f0e7d2c1f80d", latency: 12.5, size: 900_000),
    ]

    @Test(
        "Every line fits 80, 120 and 200 columns, and what is left out is named",
        arguments: [40, 80, 120, 200])
    func fits(width: Int) throws {
        let text = try Self.front(candidates, plots: true).text(
            as: .table, style: TableStyle(width: width))
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= width }, "\(text)")
        #expect(text.contains("31ccfc37") && text.contains("97.04"))
        if width == 80 { #expect(text.contains("not shown: fps, ")) }
    }

    @Test("Where more columns are left out than a line can name, it says how many")
    func manyColumns() throws {
        let evaluation = EvaluationAnswer(
            evaluation: 0, candidate: "ab", fidelity: .trained, architecture: "a", compression: "none",
            quality: QualityAnswer(value: 0.5), modelSize: 12,
            values: (0..<12).map { .init(name: "device-number-\($0):latency_ms", value: 1.5) })
        let text = try HistoryAnswer(job: "j", evaluations: [evaluation]).table(TableStyle(width: 60))
        let remark = try #require(text.split(separator: "\n").last)
        #expect(remark.hasPrefix("not shown: device-number-") && remark.hasSuffix(" more"))
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 60 })
    }

    @Test("A column has one unit, which stands in its heading")
    func units() throws {
        let text = try Self.front(candidates).table(TableStyle())
        #expect(text.contains("latency ms") && text.contains("model KiB") && text.contains("accuracy %"))
        let rows = text.split(separator: "\n").dropFirst(3)
        #expect(rows.allSatisfy { !$0.contains("µs") && !$0.contains("ms ") && !$0.contains("KiB") })
        #expect(rows.contains { $0.contains("12.5") } && rows.contains { $0.contains("0.0928") })
        #expect(text.contains("per s"))
    }

    @Test("Columns can be chosen by name, also the rare ones; others are refused with what there is")
    func columns() throws {
        let style = TableStyle(columns: ["candidate", "macs", "latency"])
        let lines = try Self.front(candidates).table(style).split(separator: "\n")
        #expect(lines[1].split(separator: " ").prefix(3) == ["candidate", "MACs", "k"])
        #expect(throws: ReportError.self) {
            try Self.front(candidates).table(TableStyle(columns: ["candidate", "price"]))
        }
    }

    @Test("A selection says how its candidate is exported")
    func exportCommand() throws {
        let selection = SelectionAnswer(
            job: "job", device: "raspberry-pi-4", candidate: candidates[0], why: "the best.", runnerUp: nil,
            nearest: [], blocking: nil)
        #expect(
            try selection.table(TableStyle(width: 80)).contains(
                "swiftlet export job 31ccfc37024b --output bundle-31ccfc37\n"))
    }

    @Test("A selection is compared with an earlier one on quality and every cost that both know")
    func gate() {
        func selection(_ candidate: CandidateAnswer?) -> SelectionAnswer {
            SelectionAnswer(
                job: "job", device: "pi", candidate: candidate, why: "", runnerUp: nil, nearest: [],
                blocking: nil)
        }
        let before = selection(Self.candidate("a"))
        #expect(selection(Self.candidate("b")).shortfalls(against: before) == [])
        // Within the earlier interval a latency is no worse.
        #expect(selection(Self.candidate("b", latency: 0.11)).shortfalls(against: before).isEmpty)
        #expect(selection(Self.candidate("b", latency: 0.2)).shortfalls(against: before).count == 2)
        #expect(
            selection(Self.candidate("b", quality: 0.96)).shortfalls(against: before)
                == ["pi: accuracy is 96.00 %, was at least 97.04 %"])
        #expect(selection(Self.candidate("b", size: 17_301)).shortfalls(against: before).count == 1)
        #expect(selection(nil).shortfalls(against: before).count == 1)
        #expect(selection(nil).shortfalls(against: selection(nil)).isEmpty)
    }

    @Test(
        "A page of zero, constant, missing and huge costs and of names with markup is a page",
        arguments: [0, 1, 1e300, .leastNonzeroMagnitude, .infinity, nil] as [Double?])
    func hostilePage(latency: Double?) {
        let members = (0..<3).map { place in
            Self.candidate(
                "<b>\(place)", latency: latency, size: latency == nil ? nil : 0, compression: "a<script>&\"")
        }
        let page = ReportPage(
            job: JobAnswer(name: "<i>", state: "finished", evaluations: 3, seconds: 1, hypervolume: 0),
            facts: [ReportPage.Fact(name: "<u>", text: "<s>")],
            sections: [
                ReportPage.Section(
                    front: Self.front(members, plots: true),
                    recommendation: SelectionAnswer(
                        job: "<i>", device: "<d>", candidate: members[0], why: "", runnerUp: nil, nearest: [],
                        blocking: nil), baseline: members[1], candidates: 3,
                    infeasible: [("failed", 1)], trace: [(1, 0, 1), (3, 0, 3)])
            ])
        let html = page.html
        #expect(html.hasPrefix("<!DOCTYPE html>") && html.contains("What was asked"))
        for forbidden in ["<i>", "<b>", "<script>", "<d>", "<u>", "<s>", "nan"] {
            #expect(!html.contains(forbidden), "\(forbidden)")
        }
        #expect(html.utf8.count < 100_000)
    }
}
