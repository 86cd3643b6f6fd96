import Determinism
import Search
import Testing

@Suite("Hypervolume")
struct HypervolumeTests {
    @Test("Corner cases are exact")
    func corners() {
        #expect(hypervolume([]) == 0)
        #expect(abs(hypervolume([[0, 0]]) - 1) < 1e-15)
        #expect(hypervolume([[1.1, 0]]) == 0)
        #expect(hypervolume([[2, -3]]) == 0)
        #expect(abs(hypervolume([[1, 1]]) - 0.01 / 1.21) < 1e-15)
        #expect(abs(hypervolume([[0, 0, 0, 0]]) - 1) < 1e-15)
    }

    @Test("Adding dominated or repeated points changes nothing")
    func ignoresDominated() {
        let front = [[0.1, 0.8, 0.3], [0.5, 0.2, 0.6], [0.9, 0.1, 0.05]]
        let more = front + [[0.6, 0.8, 0.9], front[0], [0.5, 0.3, 0.6]]
        #expect(abs(hypervolume(front) - hypervolume(more)) < 1e-15)
    }

    @Test("The volume agrees with inclusion and exclusion over all subsets", arguments: 1...5)
    func agreesWithInclusionExclusion(dimensions: Int) {
        var random = RandomStream(seed: 5, .split, UInt64(dimensions))
        let points = (0..<9).map { _ in (0..<dimensions).map { _ in random.uniformDouble() } }
        var expected = 0.0
        for subset in 1..<(1 << points.count) {
            let members = points.indices.filter { subset >> $0 & 1 == 1 }
            let volume = (0..<dimensions).reduce(1.0) { product, axis in
                product * (1.1 - members.reduce(0) { max($0, points[$1][axis]) })
            }
            expected += members.count % 2 == 1 ? volume : -volume
        }
        let volume = dominatedVolume(points, reference: [Double](repeating: 1.1, count: dimensions))
        #expect(abs(volume - expected) < 1e-10)
    }

    /// Computed with pymoo 0.6.2: `HV(ref_point=[1.1, 1.1, 1.1])(points)`.
    @Test("The volume is that of another implementation")
    func agreesWithPymoo() {
        let points = [
            [0.353, 0.592, 0.235], [0.802, 0.867, 0.129], [0.467, 0.277, 0.083], [0.896, 0.43, 0.148],
            [0.673, 0.202, 0.901], [0.217, 0.033, 0.201], [0.346, 0.469, 0.906], [0.697, 0.339, 0.017],
            [0.16, 0.996, 0.46], [0.691, 0.055, 0.034], [0.846, 0.588, 0.309], [0.317, 0.089, 0.173],
        ]
        #expect(abs(hypervolume(points) * 1.331 - 0.9545657770000003) < 1e-12)
    }

    @Test("The trace equals the hypervolume of everything so far")
    func traces() throws {
        let problem = try Landscape.problem()
        let evaluations = Array(Landscape.everything(problem).prefix(400))
        var trace = HypervolumeTrace(problem.targets[1])
        for (count, evaluation) in evaluations.enumerated() {
            let volume = trace.add(evaluation)
            if count % 40 == 0 {
                #expect(
                    abs(volume - problem.targets[1].hypervolume(of: Array(evaluations[...count]))) < 1e-12)
            }
        }
    }
}
