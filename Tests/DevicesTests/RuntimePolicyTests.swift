import Devices
import ModelGraph
import Testing

@Suite("What runtimes do to dead branches")
struct RuntimePolicyTests {
    private let base = GraphPolicy(
        deadCode: .unused, foldsBatchNormalization: true, fusesActivation: true, fusesResidual: false,
        removesNoOps: true)

    /// An input with a live 1×1 convolution, plus a 3×3 convolution whose result is multiplied by zero, plus a 3×3
    /// convolution of zeros.
    private func graph() throws -> Graph {
        var builder = GraphBuilder(name: "dead")
        let image = builder.input("image", ValueType([1, 8, 8, 4]))
        let zero = builder.constant("zero", Tensor([1], .repeated(0, .float32)))
        let live = try builder.convolution(image, 1)
        let dead = try builder.convolution(image, 3)
        let erased = try builder.apply(.binary(.multiply), to: [dead, zero])
        let zeros = try builder.apply(.binary(.multiply), to: [image, zero])
        let fed = try builder.convolution(zeros, 3)
        let first = try builder.apply(.binary(.add), to: [live, erased])
        let sum = try builder.apply(.binary(.add), to: [first, fed])
        let result = try builder.apply(.globalPool(.average), to: [sum])
        return builder.graph(outputs: [result])
    }

    private func convolutions(_ policy: RuntimePolicy) throws -> Int {
        ExecutedGraph(try graph(), under: policy).kernelCounts[0]
    }

    @Test("A runtime that removes nothing runs both 3×3 convolutions")
    func unused() throws { #expect(try convolutions(RuntimePolicy(base)) == 2) }

    @Test("One that skips zero terms keeps what zeros feed")
    func zeros() throws {
        var policy = base
        policy.deadCode = .zeros
        #expect(try convolutions(RuntimePolicy(policy)) == 1)
    }

    @Test("One that folds a factor into the convolution before it runs the erased branch again")
    func foldsScale() throws {
        var policy = base
        policy.deadCode = .zeros
        #expect(try convolutions(RuntimePolicy(policy, foldsScale: true)) == 2)
    }

    @Test("One that drops what only zeros feed runs neither")
    func dropsZeroFed() throws {
        var policy = base
        policy.deadCode = .zeros
        #expect(try convolutions(RuntimePolicy(policy, dropsZeroFed: true)) == 0)
    }

    /// A live 1×1 convolution plus a 3×3 convolution that reads a sum of so many products with zero.
    private func graph(zerosSummed count: Int) throws -> Graph {
        var builder = GraphBuilder(name: "sums")
        let image = builder.input("image", ValueType([1, 8, 8, 4]))
        let zero = builder.constant("zero", Tensor([1], .repeated(0, .float32)))
        let zeros = try (0..<count).map { _ in
            try builder.apply(.binary(.multiply), to: [image, zero])
        }
        let sum = try zeros.dropFirst().reduce(zeros[0]) {
            try builder.apply(.binary(.add), to: [$0, $1])
        }
        let live = try builder.convolution(image, 1)
        let fed = try builder.convolution(sum, 3)
        let all = try builder.apply(.binary(.add), to: [live, fed])
        let result = try builder.apply(.globalPool(.average), to: [all])
        return builder.graph(outputs: [result])
    }

    @Test("What reads a sum of zeros runs where only products with zero are seen", arguments: [1, 2, 3])
    func keepsZeroSums(count: Int) throws {
        var policy = base
        policy.deadCode = .zeros
        let graph = try graph(zerosSummed: count)
        for keeps in [false, true] {
            let executed = ExecutedGraph(
                graph, under: RuntimePolicy(policy, dropsZeroFed: true, keepsZeroSums: keeps))
            #expect(executed.kernelCounts[0] == (keeps && count > 1 ? 1 : 0))
        }
    }

    @Test("A network whose input is multiplied by zero does not depend on it")
    func dependsOnInput() throws {
        #expect(try graph().dependsOnInput)
        var builder = GraphBuilder(name: "cut")
        let image = builder.input("image", ValueType([1, 8, 8, 4]))
        let zero = builder.constant("zero", Tensor([1], .repeated(0, .float32)))
        let cut = try builder.apply(.binary(.multiply), to: [image, zero])
        let result = try builder.apply(.globalPool(.average), to: [cut])
        #expect(!builder.graph(outputs: [result]).dependsOnInput)
    }
}

extension GraphBuilder {
    /// A square convolution of four channels that keeps rows and columns.
    fileprivate mutating func convolution(_ value: ValueID, _ kernel: Int) throws -> ValueID {
        let weights = constant("w", .unknown([4, kernel, kernel, 4]))
        let bias = constant("b", .unknown([4]))
        let edge = kernel / 2
        let padding = EdgePadding(top: edge, bottom: edge, left: edge, right: edge)
        return try apply(
            .convolution(Convolution(kernel: Extent(kernel, kernel), padding: padding)),
            to: [value, weights, bias])
    }
}
