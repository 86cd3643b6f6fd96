import Kernels
import ModelGraph

/// A transposed convolution as an ordinary one at the input's resolution, whose channels are then spread over the result.
///
/// With stride s, result row o + top = q · s + r: for each phase r the result is a convolution of the input over q with every
/// s-th row of the kernel. All phases together are one convolution with s · s times the outputs; a phase without a row of the
/// kernel has zeros there.
struct TransposedWindows {
    let convolution: TransposedConvolution
    let inputs, outputs: Int
    let rows, columns: Phases
    let images: Int

    /// One axis.
    struct Phases {
        let input, output, stride, dilation, kernel, cut: Int
        /// Rows of a phase's kernel.
        let span: Int
        /// The first q that is computed, and how many are.
        let first, count: Int

        init(input: Int, output: Int, stride: Int, dilation: Int, kernel: Int, cut: Int) {
            self.input = input
            self.output = output
            self.stride = stride
            self.dilation = dilation
            self.kernel = kernel
            self.cut = cut
            span = (kernel - 1) * dilation / stride + 1
            first = min(cut / stride, span - 1)
            count = (output - 1 + cut) / stride - first + 1
        }

        /// Zeros in front of the input and behind it.
        var before: Int { span - 1 - first }
        var after: Int { max(first + count - input, 0) }

        /// The phase of a kernel row, and its place in the phase's own (flipped) kernel.
        func place(of tap: Int) -> (phase: Int, row: Int) {
            let (row, phase) = (tap * dilation).quotientAndRemainder(dividingBy: stride)
            return (phase, span - 1 - row)
        }

        /// Where row `output` of the result is computed.
        func source(of output: Int) -> (q: Int, phase: Int) {
            let (q, phase) = (output + cut).quotientAndRemainder(dividingBy: stride)
            return (q - first, phase)
        }
    }

    init(_ convolution: TransposedConvolution, input: Shape, output: Shape) {
        self.convolution = convolution
        images = input[0]
        (inputs, outputs) = (input[3], output[3])
        rows = Phases(
            input: input[1], output: output[1], stride: convolution.stride.height,
            dilation: convolution.dilation.height, kernel: convolution.kernel.height,
            cut: convolution.padding.top)
        columns = Phases(
            input: input[2], output: output[2], stride: convolution.stride.width,
            dilation: convolution.dilation.width, kernel: convolution.kernel.width,
            cut: convolution.padding.left)
    }

    private var phases: Int { rows.stride * columns.stride }
    private var groupOutputs: Int { outputs / convolution.groups }

    /// The ordinary convolution; nil where the kernels cannot address it.
    var shape: WindowShape? {
        let shape = WindowShape(
            images: images, input: (rows.input, columns.input, inputs),
            output: (rows.count, columns.count, phases * outputs), kernel: (rows.span, columns.span),
            padding: (rows.before, rows.after, columns.before, columns.after), groups: convolution.groups)
        return shape.isValid ? shape : nil
    }

    /// The channel of the ordinary convolution that is output `output` of a phase.
    private func channel(_ output: Int, row: Int, column: Int) -> Int {
        let (group, own) = output.quotientAndRemainder(dividingBy: groupOutputs)
        return ((group * rows.stride + row) * columns.stride + column) * groupOutputs + own
    }

    /// [O, kh, kw, C / groups] as the weights of the ordinary convolution.
    func weights<Element: AdditiveArithmetic>(_ weights: [Element]) -> [Element] {
        let (height, width) = (convolution.kernel.height, convolution.kernel.width)
        let depth = inputs / convolution.groups
        var result = [Element](repeating: .zero, count: phases * outputs * rows.span * columns.span * depth)
        for output in 0..<outputs {
            for tap in 0..<height * width {
                let (y, x) = (rows.place(of: tap / width), columns.place(of: tap % width))
                let channel = channel(output, row: y.phase, column: x.phase)
                let target = ((channel * rows.span + y.row) * columns.span + x.row) * depth
                let source = (output * height * width + tap) * depth
                for k in 0..<depth { result[target + k] = weights[source + k] }
            }
        }
        return result
    }

    /// One number an output, for every phase.
    func repeated<Element: AdditiveArithmetic>(_ values: [Element]) -> [Element] {
        guard !values.isEmpty else { return [] }
        var result = [Element](repeating: .zero, count: phases * outputs)
        for output in 0..<outputs {
            for row in 0..<rows.stride {
                for column in 0..<columns.stride {
                    result[channel(output, row: row, column: column)] = values[output]
                }
            }
        }
        return result
    }

    /// Where each element of the result lies in that of the ordinary convolution, by axis.
    var offsets: [AxisOffsets] {
        let pixel = phases * outputs, row = columns.count * pixel
        return [
            (0..<images).map { $0 * rows.count * row },
            (0..<rows.output).map {
                let (q, phase) = rows.source(of: $0)
                return q * row + phase * columns.stride * groupOutputs
            },
            (0..<columns.output).map {
                let (q, phase) = columns.source(of: $0)
                return q * pixel + phase * groupOutputs
            },
            (0..<outputs).map { channel($0, row: 0, column: 0) },
        ]
    }

    /// Elements of the ordinary convolution's result.
    var count: Int { images * rows.count * columns.count * phases * outputs }
}
