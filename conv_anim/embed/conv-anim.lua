--[[ A filter for pandoc and Quarto: a code block of the class conv-anim, which holds a spec, becomes a figure.

    ```{.conv-anim #fig-dilated caption="A *dilated* convolution"}
    input: {size: [7, 7]}
    layer: {type: conv, kernel_size: 3, dilation: 2}
    ```

Attributes: caption (or fig-cap), alt (or fig-alt), format, theme, step, width, and src for a spec in a file, with an
empty block. A web page gets an animation, LaTeX a PDF, other documents a PNG. The pictures lie in the folder that the
document's metadata `conv-anim-folder` names, conv-anim-figures unless it does. ]]

local folder = "conv-anim-figures"
local moving = { "html", "revealjs", "slidy", "slideous", "s5", "dzslides", "epub", "markdown", "gfm", "commonmark", "pptx" }
local printed = { "latex", "beamer", "context" }
local own = { "caption", "fig-cap", "alt", "fig-alt", "format", "theme", "step", "src" }

local function is_any(names)
  for _, name in ipairs(names) do
    if FORMAT:find(name, 1, true) then
      return true
    end
  end
  return false
end

local function run(arguments, input, what)
  local done, said = pcall(pandoc.pipe, "conv-anim", arguments, input)
  if done then
    return said
  end
  if type(said) == "table" and said.error_code == 1 then -- it has told on stderr what is wrong
    error("conv-anim: the spec above is at fault: " .. what, 0)
  end
  error("conv-anim could not be run; is it installed (pip install conv-anim)? " .. tostring(said), 0)
end

local function format_of(attributes)
  if attributes.format then
    return attributes.format
  end
  if is_any(printed) then
    return "pdf"
  end
  return is_any(moving) and not attributes.step and "gif" or "png"
end

-- The description in what `explain --json` prints.
local function description(json)
  local said = json:match('"description": "(.-[^\\])"')
  return said and said:gsub('\\(["\\])', "%1") or ""
end

local function inlines(text)
  local block = pandoc.read(text, "markdown").blocks[1]
  return block and block.content or {}
end

-- By their paths, what the pictures of this document are drawn of.
local written = {}

local function drawn(block)
  local given = block.attributes
  local source, input = given.src or "-", given.src and "" or block.text
  local changes = given.theme and { "--set", "theme=" .. given.theme } or {}
  local what = given.src or block.identifier ~= "" and "#" .. block.identifier or block.text:match("[^\n]*")
  local format = format_of(given)
  local key = table.concat({ source, input, given.theme or "", given.step or "" }, "\n")
  local name = block.identifier ~= "" and block.identifier:gsub("[^%w_-]", "-") or pandoc.utils.sha1(key):sub(1, 12)
  local path = folder .. "/" .. name .. "." .. format
  if written[path] and written[path] ~= key then
    error("conv-anim: two figures would be " .. path .. "; give one of them another identifier: " .. what, 0)
  end
  written[path] = key
  local arguments = { "render", source, "-o", path, table.unpack(changes) }
  if given.step then
    table.insert(arguments, "--step")
    table.insert(arguments, given.step)
  end
  run(arguments, input, what)
  local alt = given.alt or given["fig-alt"] or description(run({ "explain", source, "--json" }, input, what))
  return path, alt
end

-- As a figure with a caption, in the way of this version of pandoc.
local function figure(image, caption, identifier)
  if pandoc.Figure then
    return pandoc.Figure({ pandoc.Plain({ image }) }, { long = { pandoc.Plain(caption) } }, pandoc.Attr(identifier))
  end
  image.caption, image.title, image.identifier = caption, "fig:", identifier
  return pandoc.Para({ image })
end

-- As Typst has it: pandoc's own writer leaves its words out.
local function in_typst(image, alt)
  local settings = { '"' .. image.src .. '"', 'alt: "' .. alt:gsub('[\\"]', "\\%0") .. '"' }
  for _, name in ipairs({ "width", "height" }) do
    local said = image.attributes[name]
    local pixels = said and said:match("^([%d.]+)p?x?$")
    if said then
      table.insert(settings, name .. ": " .. (pixels and 0.75 * tonumber(pixels) .. "pt" or said))
    end
  end
  return pandoc.RawInline("typst", "#image(" .. table.concat(settings, ", ") .. ")")
end

local function replaced(block)
  if not block.classes:includes("conv-anim") then
    return nil
  end
  local path, alt = drawn(block)
  local caption = block.attributes.caption or block.attributes["fig-cap"]
  local image = pandoc.Image(FORMAT == "pptx" and {} or pandoc.Str(alt), path) -- slides would write it below
  for name, value in pairs(block.attributes) do
    if not pandoc.List(own):includes(name) then
      image.attributes[name] = value
    end
  end
  if FORMAT == "typst" then
    local shown = in_typst(image, alt)
    return caption and figure(shown, inlines(caption), block.identifier) or pandoc.Para({ shown })
  end
  if caption then
    image.attributes.alt = alt
    image.caption = inlines(caption) -- what slides write below
    return figure(image, inlines(caption), block.identifier)
  end
  image.identifier = block.identifier
  return pandoc.Para({ image })
end

local function settings(meta)
  if meta["conv-anim-folder"] then
    folder = pandoc.utils.stringify(meta["conv-anim-folder"])
  end
end

return { { Meta = settings }, { CodeBlock = replaced } }
