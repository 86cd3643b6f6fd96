import Engine
import Kernels
import ModelGraph
import Testing

@Suite("Comparisons, choices and places")
struct ChoiceTests {
    @Test(
        "A selection takes one operand where a comparison holds, else the other",
        arguments: KernelSet.available)
    func selects(kernels: KernelSet) throws {
        var builder = GraphBuilder(name: "select")
        let x = builder.input("x", ValueType([2, 3]))
        let limit = builder.constant("limit", Tensor([3], [0, 1, 2]))
        let other = builder.constant("other", Tensor([1], [-.infinity]))
        let condition = try builder.apply(.compare(.greater), to: [x, limit])
        let graph = try builder.graph(ending: .select, to: [condition, x, other])
        let worker = Worker(try Plan(graph, kernels: kernels))
        worker.setInput(0, floats: ([1, 1, 3, 0, 5, 2] as [Float]).span)
        worker.run()
        #expect(worker.output(0) == [1, -.infinity, 3, -.infinity, 5, -.infinity])
    }

    @Test(
        "The place of an extreme is that of the first, or of the last where asked",
        arguments: [DataType.int32, .int64])
    func findsExtremes(type: DataType) throws {
        for (kind, selectsLast, expected) in [
            (ArgumentReduction.Kind.maximum, false, [1, 0] as [Float]), (.maximum, true, [2, 2]),
            (.minimum, false, [0, 1]),
        ] {
            var builder = GraphBuilder(name: "places")
            let x = builder.input("x", ValueType([3, 2]))
            let argument = ArgumentReduction(
                kind, axis: 0, keepsDimensions: false, selectsLast: selectsLast, result: type)
            let graph = try builder.graph(ending: .argument(argument), to: [x])
            let worker = Worker(try Plan(graph))
            worker.setInput(0, floats: ([1, 7, 4, 2, 4, 7] as [Float]).span)
            worker.run()
            #expect(worker.output(0) == expected)
        }
    }

    @Test("A look-up picks rows by computed places; negative ones count from the end")
    func looksUp() throws {
        var builder = GraphBuilder(name: "embedding")
        let places = builder.input("places", ValueType([1, 3], .int64))
        let table = builder.constant("table", Tensor([4, 2], [0, 1, 10, 11, 20, 21, 30, 31]))
        let graph = try builder.graph(ending: .gather(axis: 0), to: [table, places])
        let worker = Worker(try Plan(graph))
        worker.setInput(0, bytes: ([2, -1, 0] as [Int64]).span.bytes)
        worker.run()
        #expect(worker.output(0) == [20, 21, 30, 31, 0, 1])
        #expect(plan(graph, gives: [1, 3, 2]))
    }

    private func plan(_ graph: Graph, gives shape: Shape) -> Bool {
        graph[graph.outputs[0]].type.shape == shape
    }

    @Test("A state that leaves one run enters the next")
    func carriesStates() throws {
        var builder = GraphBuilder(name: "sum")
        let x = builder.input("x", ValueType([1, 2]))
        let state = builder.input("state", ValueType([1, 2]))
        let sum = try builder.apply(.binary(.add), to: [x, state], name: "sum")
        let doubled = try builder.apply(.binary(.add), to: [sum, sum], name: "doubled")
        var graph = builder.graph(outputs: [doubled, sum])
        graph.states = [GraphState(input: 1, output: 1, initial: 10)]
        let worker = Worker(try Plan(graph))
        worker.resetStates()
        var results: [[Float]] = []
        for _ in 0..<3 {
            worker.setInput(0, floats: ([1, 2] as [Float]).span)
            worker.run()
            results.append(worker.output(0))
            worker.carryStates()
        }
        #expect(results == [[22, 24], [24, 28], [26, 32]])
    }
}
