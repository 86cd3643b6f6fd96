import Determinism
import Kernels
import ModelGraph
import Testing
import Training

@Suite("Feature matching")
struct AttentionTests {
    @Test("the gradient of the attention loss agrees with central differences")
    func gradient() throws {
        let graph = try SmallNetwork.graph()
        let attention = AttentionTransfer(student: graph, teacher: graph, weight: 2)
        let (student, teacher) = (FloatArena(12), FloatArena(20))
        let (slopes, unused, scratch) = (FloatArena(12), FloatArena(12), FloatArena(8))
        var random = RandomStream(seed: 4, .calibration)
        student.block.copy(from: (0..<12).map { _ in random.uniform() * 2 - 1 })
        teacher.block.copy(from: (0..<20).map { _ in random.uniform() * 2 - 1 })
        func loss(_ gradient: FloatArena) -> Float {
            attention.match(
                student.block, teacher.block, positions: 4, share: 1, gradient: gradient.block,
                scratch: scratch.block)
        }
        _ = loss(slopes)
        for i in 0..<12 {
            student.block[i] += 0.01
            let above = loss(unused)
            student.block[i] -= 0.02
            let below = loss(unused)
            student.block[i] += 0.01
            #expect(abs((above - below) / 0.02 - slopes.block[i]) < 5e-3)
        }
    }
}
