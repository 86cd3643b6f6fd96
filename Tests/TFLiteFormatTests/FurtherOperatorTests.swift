import Engine
import ModelGraph
import TFLiteFormat
import Testing

/// Operators that are composed of others, that carry a state from run to run, or that have 16-bit activations or 4-bit weights.
@Suite struct FurtherOperatorTests {
    @Test("Run after run gives what LiteRT gives", arguments: FurtherCase.all)
    func agrees(with given: FurtherCase) throws {
        let graph = try TFLiteModel.parse(given.model, file: "case.tflite").graph
        try given.expectAnswers(of: graph)
    }

    @Test(
        "States are written as variables and read back",
        arguments: FurtherCase.all.filter { $0.name.contains("svdf") })
    func keepsStates(of given: FurtherCase) throws {
        let graph = try TFLiteModel.parse(given.model, file: "case.tflite").graph
        let again = try TFLiteModel.parse(try TFLiteModel.write(graph), file: "case.tflite").graph
        #expect(again.states == graph.states)
        #expect(again.inputs.map { again[$0].type } == graph.inputs.map { graph[$0].type })
        try given.expectAnswers(of: again)
    }

    /// Skipped unless SWIFTLET_PEERS_PYTHON names a Python with ai-edge-litert.
    @Test(
        "A written state lives on from run to run in LiteRT, in float32 and after quantisation",
        .enabled(if: LiteRT.isHere), arguments: FurtherCase.all.filter { $0.name.hasPrefix("svdf of rank") })
    func keepsStatesInLiteRT(of given: FurtherCase) throws {
        let graph = try TFLiteModel.parse(given.model, file: "case.tflite").graph
        let inputs = given.runs.map(\.inputs)
        let theirs = try LiteRT.outputs(of: try TFLiteModel.write(graph), run: inputs, count: 1)
        for (own, run) in zip(theirs, given.runs) {
            let agreement = Agreement(own[0], run.outputs[0], ValueType([]))
            #expect(agreement.largest <= 1e-4 * agreement.range)
        }
        let integers = try given.quantized(graph)
        #expect(integers.states == graph.states)
        let answers = try LiteRT.outputs(of: try TFLiteModel.write(integers), run: inputs, count: 1)
        let worker = Worker(try Plan(integers))
        worker.resetStates()
        for (given, answer) in zip(inputs, answers) {
            let input = given[0]
            worker.setInput(worker.plan.givenInputs[0], bytes: input.span.bytes)
            worker.run()
            let agreement = Agreement(
                worker.outputBytes(worker.plan.readOutputs[0]), answer[0], ValueType([]))
            #expect(agreement.largest <= 0.02 * agreement.range)
            worker.carryStates()
        }
    }

    @Test(
        "A real state that is read as integers stays real where what callers see becomes int8",
        arguments: [
            ModelInterface.int8, .uint8,
        ])
    func keepsRealStates(interface: ModelInterface) throws {
        var builder = GraphBuilder(name: "memory")
        let x = builder.input("x", ValueType([1, 4])), before = builder.input("before", ValueType([1, 4]))
        let fine = Quantization(scale: 0.02, zeroPoint: 3), coarse = Quantization(scale: 0.05, zeroPoint: -7)
        let a = try builder.apply(.quantize(.int8, fine), to: [x])
        let b = try builder.apply(.quantize(.int8, coarse), to: [before])
        let sum = try builder.apply(.binary(.add), to: [a, b], quantization: coarse, dataType: .int8)
        let y = try builder.apply(.dequantize, to: [sum], name: "y")
        let real = try builder.apply(.dequantize, to: [sum], name: "real")
        let half = builder.constant("half", Tensor([1], [0.7]))
        let after = try builder.apply(.binary(.multiply), to: [real, half], name: "after")
        var graph = builder.graph(outputs: [y, after])
        graph.states = [GraphState(input: 1, output: 1, initial: 0.25)]
        let bytes = try TFLiteModel.write(graph, options: TFLiteOptions(interface: interface))
        let written = try TFLiteModel.parse(bytes, file: "x.tflite").graph
        #expect(written.states.map(\.initial) == [0.25])
        let plans = try [Plan(graph), Plan(written)]
        #expect(plans[1].inputs[plans[1].givenInputs[0]].type.dataType != .float32)
        #expect(plans[1].states.allSatisfy { plans[1].inputs[$0.input].type.dataType == .float32 })
        let workers = plans.map { Worker($0) }
        for worker in workers { worker.resetStates() }
        for step in 0..<5 {
            let numbers = (0..<4).map { Float(($0 * 7 + step * 3) % 11) / 5 - 1 }
            let answers = workers.map { worker in
                worker.setInput(worker.plan.givenInputs[0], floats: numbers.span)
                worker.run()
                let answer = worker.output(worker.plan.readOutputs[0])
                worker.carryStates()
                return answer
            }
            #expect(answers[0] == answers[1])
        }
    }

    @Test(
        "Layers on int16 are written as they are",
        arguments: ["int16 conv relu", "int16 pointwise", "int16 depthwise"])
    func writesSixteenBits(name: String) throws {
        let given = try #require(FurtherCase.all.first { $0.name == name })
        let graph = try TFLiteModel.parse(given.model, file: "case.tflite").graph
        let again = try TFLiteModel.parse(try TFLiteModel.write(graph), file: "case.tflite").graph
        #expect(again == graph)
    }
}

/// A small model with the inputs of several runs and what LiteRT answers.
struct FurtherCase: CustomTestStringConvertible {
    let name: String
    let model: [UInt8]
    let runs: [(inputs: [[UInt8]], outputs: [[UInt8]])]

    var testDescription: String { name }

    static let all: [FurtherCase] = {
        guard var pack = try? Pack("further.pack") else { return [] }
        var cases: [FurtherCase] = []
        while !pack.isAtEnd {
            let (name, model) = (pack.text(), pack.blob())
            let count = Int(pack.text()) ?? 0
            cases.append(
                FurtherCase(
                    name: name, model: model, runs: (0..<count).map { _ in (pack.blobs(), pack.blobs()) }))
        }
        return cases
    }()

    /// The network in int8, scaled by what its values are in these runs.
    func quantized(_ graph: Graph) throws -> Graph {
        let ready = graph.prepared(for: Assignment(.int8))
        let observed = ready.values.indices.filter { ready.values[$0].constant == nil }.map { ValueID($0) }
        let worker = Worker(try Plan(ready, observing: observed))
        var ranges: [ValueID: ClosedRange<Float>] = [:]
        worker.resetStates()
        for run in runs {
            let input = run.inputs[0]
            worker.setInput(worker.plan.givenInputs[0], bytes: input.span.bytes)
            worker.run()
            for (place, value) in observed.enumerated() {
                let numbers = worker.observed(place)
                guard let least = numbers.min(), let most = numbers.max() else { continue }
                let known = ranges[value] ?? least...most
                ranges[value] = min(known.lowerBound, least)...max(known.upperBound, most)
            }
            worker.carryStates()
        }
        return try ready.quantized { ranges[$0] }
    }

    /// Runs the graph as often as LiteRT was run, carrying its states.
    func expectAnswers(of graph: Graph) throws {
        let worker = Worker(try Plan(graph))
        worker.resetStates()
        for run in runs {
            for (index, input) in zip(worker.plan.givenInputs, run.inputs) {
                worker.setInput(index, bytes: input.span.bytes)
            }
            worker.run()
            #expect(worker.plan.readOutputs.count == run.outputs.count)
            for (index, expected) in zip(worker.plan.readOutputs, run.outputs) {
                let type = worker.plan.outputs[index].type
                let agreement = Agreement(worker.outputBytes(index), expected, type)
                #expect(agreement.apart == 0)
                #expect(agreement.largest <= 1e-4 * agreement.range)
            }
            worker.carryStates()
        }
    }
}
