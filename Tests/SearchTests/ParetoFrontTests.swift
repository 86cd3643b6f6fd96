import Determinism
import Foundation
import Quantities
import Search
import Testing

@Suite("Pareto fronts")
struct ParetoFrontTests {
    @Test("A front keeps only points nothing else beats")
    func keepsNonDominated() {
        #expect(nonDominated([[1, 9], [2, 2], [9, 1], [3, 3]]) == [0, 1, 2])
    }

    @Test("Equal points stay together")
    func keepsEqualPoints() {
        #expect(nonDominated([[1, 1], [1, 1], [1, 2], [2, 0]]) == [0, 1, 3])
    }

    @Test("The fast filter agrees with comparing every pair", arguments: 2...4)
    func agreesWithDefinition(dimensions: Int) {
        var random = RandomStream(seed: 3, .split, UInt64(dimensions))
        let points = (0..<300).map { _ in (0..<dimensions).map { _ in Double(random.index(below: 12)) } }
        let expected = points.indices.filter { index in
            !points.contains { other in zip(other, points[index]).allSatisfy(<=) && other != points[index] }
        }
        #expect(nonDominated(points) == expected)
    }

    @Test("Each front is that of the points which earlier fronts leave", arguments: 1...4)
    func frontsPeelOff(dimensions: Int) {
        var random = RandomStream(seed: 4, .split, UInt64(dimensions))
        let points = (0..<200).map { _ in (0..<dimensions).map { _ in Double(random.index(below: 15)) } }
        var left = Array(points.indices)
        for front in nonDominatedFronts(points) {
            #expect(nonDominated(left.map { points[$0] }).map { left[$0] } == front)
            left.removeAll(where: front.contains)
        }
        #expect(left.isEmpty)
    }

    @Test("The knee is where the front bends most")
    func findsKnee() {
        func place(_ accuracy: Double, _ costs: Double...) -> TradeOff {
            TradeOff(error: 1 - accuracy, costs: costs.map { log10($0) })
        }
        // 4.4 points for 5 µs more are worth it; another point for the double is not.
        #expect(
            kneePoint([place(0.81, 0.085), place(0.926, 0.088), place(0.970, 0.093), place(0.98, 0.19)]) == 2)
        // A second cost that says the same changes nothing.
        #expect(
            kneePoint([
                place(0.81, 0.085, 8100), place(0.926, 0.088, 9100), place(0.970, 0.093, 16900),
                place(0.98, 0.19, 80800),
            ]) == 2)
        // Costs that differ by a few per cent decide nothing.
        #expect(kneePoint([place(0.90, 1.00), place(0.95, 1.03), place(0.96, 1.04)]) == 2)
        #expect(kneePoint([place(0.9, 4)]) == 0)
        #expect(kneePoint([]) == nil)
    }

    @Test("A front holds feasible evaluations only, and unknown costs put none on it")
    func frontIsFeasible() {
        let evaluations = [
            evaluation("a", accuracy: 0.9, latency: 10), evaluation("b", accuracy: 0.8, latency: 20),
            evaluation("c", accuracy: 0.99, latency: 1, status: .exceedsRAM),
            evaluation("d", accuracy: nil, latency: 1),
            evaluation("e", accuracy: 0.95, latency: nil), evaluation("f", accuracy: 0.7, latency: 5),
        ]
        #expect(board.front(of: evaluations).map(\.candidate) == ["a", "f"])
        #expect(board.candidates(from: evaluations).filter(\.isPareto).map(\.id) == ["a", "f"])
    }

    @Test("Finalists begin with the most accurate and add what widens the front most")
    func finalists() {
        let evaluations = [
            evaluation("fast", accuracy: 0.6, latency: 1), evaluation("middle", accuracy: 0.9, latency: 5),
            evaluation("best", accuracy: 0.95, latency: 90), evaluation("near", accuracy: 0.94, latency: 80),
        ]
        #expect(board.finalists(2, from: evaluations).map(\.candidate) == ["best", "middle"])
        #expect(board.finalists(9, from: evaluations).count == 4)
    }
}
