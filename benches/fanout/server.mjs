// The least that a chat server on npm's `ws` does: read a frame, make the answer once, send it to everyone.
import { WebSocketServer } from "ws";

const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
let id = 0;
let users = 0;

server.on("connection", (socket) => {
  socket.user = ++users;
  socket.on("message", (frame) => {
    const { room_id, type, content } = JSON.parse(frame);
    const data = {
      ID: ++id,
      send_time: "2026-02-05 18:30:00",
      room_id,
      sender_id: socket.user,
      sender_name: `user${socket.user}`,
      type,
      content,
    };
    const text = Buffer.from(JSON.stringify({ code: 0, msg: "新消息", data }));
    for (const client of server.clients) {
      client.send(text, { binary: false });
    }
  });
});

server.on("listening", () => console.log(server.address().port));
